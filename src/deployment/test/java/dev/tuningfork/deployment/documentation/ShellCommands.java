package dev.tuningfork.deployment.documentation;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** The commands of a block of shell, as a person types them one after the other. */
final class ShellCommands {

  private static final Pattern REMARK = Pattern.compile("\\s+# .*$");

  private ShellCommands() {}

  static List<String> of(MarkdownPage.Block block) {
    List<String> commands = new ArrayList<>();
    StringBuilder command = new StringBuilder();
    for (String line : block.lines()) {
      command.append(REMARK.matcher(line).replaceFirst(""));
      if (line.endsWith("\\") || line.endsWith("|")) {
        command.append('\n');
      } else if (!command.toString().isBlank()) {
        commands.add(command.toString());
        command.setLength(0);
      }
    }
    return commands;
  }
}
