package dev.tuningfork.standalone.tile;

import dev.tuningfork.image.SkyPosition;
import dev.tuningfork.tile.Cut;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * A galaxy of a catalogue, and how wide it is cut out of its tile.
 *
 * @param ordinal its place in the table, from 0
 * @param row its row in the catalogue, from 1
 * @param gridRow its row on the tile's grid, pixels
 * @param side of the square
 * @param suspect whether the catalogue's size is one of a failed fit
 * @param kept cells of the catalogue that go with it
 */
public record Place(
    int ordinal,
    long row,
    String id,
    SkyPosition position,
    double gridRow,
    Cut.Side side,
    boolean suspect,
    List<String> kept) {

  public Place {
    kept = List.copyOf(kept);
  }

  /** The square that shows the galaxy. */
  public Cut cut() {
    return new Cut(new Cut.Centre.Sky(position.ra(), position.dec()), side);
  }

  /** Writes all but the ordinal, which follows from the order. */
  void write(DataOutput out) throws IOException {
    out.writeLong(row);
    out.writeUTF(id);
    out.writeDouble(position.ra());
    out.writeDouble(position.dec());
    out.writeDouble(gridRow);
    switch (side) {
      case Cut.Side.Arcseconds(double value) -> {
        out.writeBoolean(false);
        out.writeDouble(value);
      }
      case Cut.Side.Pixels(double value) -> {
        out.writeBoolean(true);
        out.writeDouble(value);
      }
    }
    out.writeBoolean(suspect);
    out.writeShort(kept.size());
    for (String cell : kept) {
      out.writeUTF(cell);
    }
  }

  static Place read(int ordinal, DataInput in) throws IOException {
    long row = in.readLong();
    String id = in.readUTF();
    SkyPosition position = new SkyPosition(in.readDouble(), in.readDouble());
    double gridRow = in.readDouble();
    Cut.Side side =
        in.readBoolean()
            ? new Cut.Side.Pixels(in.readDouble())
            : new Cut.Side.Arcseconds(in.readDouble());
    boolean suspect = in.readBoolean();
    int cells = in.readShort();
    List<String> kept = new ArrayList<>(cells);
    for (int i = 0; i < cells; i++) {
      kept.add(in.readUTF());
    }
    return new Place(ordinal, row, id, position, gridRow, side, suspect, kept);
  }
}
