"""Tuning Fork's networks as one writes them in PyTorch, with the weights of a model bundle."""

import json
import struct
import warnings
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F


class SameConv(nn.Conv2d):
    """A convolution padded as in TensorFlow and Keras: the odd zero goes to the bottom and the right."""

    def __init__(self, inputs, outputs, kernel, stride=1, groups=1):
        super().__init__(inputs, outputs, kernel, stride, groups=groups, bias=False)

    def forward(self, x):
        stride, kernel = self.stride[0], self.kernel_size[0]
        zeros = [max(0, (-(-n // stride) - 1) * stride + kernel - n) for n in x.shape[2:]]
        if zeros[0] % 2 == 0 and zeros[1] % 2 == 0:
            padding = (zeros[0] // 2, zeros[1] // 2)
            return F.conv2d(x, self.weight, None, self.stride, padding, groups=self.groups)
        top, left = zeros[0] // 2, zeros[1] // 2
        x = F.pad(x, (left, zeros[1] - left, top, zeros[0] - top))
        return F.conv2d(x, self.weight, None, self.stride, groups=self.groups)


def norm(channels):
    return nn.BatchNorm2d(channels, eps=1e-3)


class ConvNorm(nn.Module):
    def __init__(self, inputs, outputs, kernel, stride=1, groups=1):
        super().__init__()
        self.conv = SameConv(inputs, outputs, kernel, stride, groups)
        self.norm = norm(outputs)

    def forward(self, x):
        return self.norm(self.conv(x))


class Residual(nn.Module):
    def __init__(self, channels):
        super().__init__()
        self.conv1 = SameConv(channels, channels, 3)
        self.norm1 = norm(channels)
        self.conv2 = SameConv(channels, channels, 3)
        self.norm2 = norm(channels)

    def forward(self, x):
        return x + self.norm2(self.conv2(F.relu(self.norm1(self.conv1(x)))))


class Stage(ConvNorm):
    def __init__(self, inputs, outputs):
        super().__init__(inputs, outputs, 3, stride=2)
        self.residual = Residual(outputs)

    def forward(self, x):
        return self.residual(F.relu(super().forward(x)))


class ResidualLite(nn.Module):
    def __init__(self, channels, answers):
        super().__init__()
        self.stem = ConvNorm(channels, 32, 7, stride=4)
        self.stage1 = Stage(32, 32)
        self.stage2 = Stage(32, 80)
        self.stage3 = Stage(80, 160)
        self.answers = nn.Linear(160, answers)

    def forward(self, x):
        x = self.stage3(self.stage2(self.stage1(F.relu(self.stem(x)))))
        return self.answers(x.mean((2, 3)))


class Bottleneck(nn.Module):
    def __init__(self, inputs, outputs, kernel, stride, expansion):
        super().__init__()
        inner = inputs * expansion
        self.expand = ConvNorm(inputs, inner, 1) if expansion > 1 else None
        self.depthwise = ConvNorm(inner, inner, kernel, stride, groups=inner)
        self.project = ConvNorm(inner, outputs, 1)
        self.shortcut = stride == 1 and inputs == outputs

    def forward(self, x):
        inner = x if self.expand is None else F.relu6(self.expand(x))
        outputs = self.project(F.relu6(self.depthwise(inner)))
        return x + outputs if self.shortcut else outputs


class EfficientNetLite0(nn.Module):
    STAGES = [  # blocks, kernel, stride of the first, expansion, outputs
        (1, 3, 1, 1, 16),
        (2, 3, 2, 6, 24),
        (2, 5, 2, 6, 40),
        (3, 3, 2, 6, 80),
        (3, 5, 1, 6, 112),
        (4, 5, 2, 6, 192),
        (1, 3, 1, 6, 320),
    ]

    def __init__(self, channels, answers):
        super().__init__()
        self.stem = ConvNorm(channels, 32, 3, stride=2)
        blocks, width = [], 32
        for count, kernel, stride, expansion, outputs in self.STAGES:
            for i in range(count):
                blocks.append(
                    Bottleneck(width, outputs, kernel, stride if i == 0 else 1, expansion)
                )
                width = outputs
        self.blocks = nn.Sequential(*blocks)
        self.head = ConvNorm(width, 1280, 1)
        self.answers = nn.Linear(1280, answers)

    def forward(self, x):
        x = F.relu6(self.head(self.blocks(F.relu6(self.stem(x)))))
        return self.answers(x.mean((2, 3)))


NETWORKS = {"residual-lite": ResidualLite, "efficientnet-lite0": EfficientNetLite0}


class GalaxyModel(nn.Module):
    """Levels (batch × height × width × channels, uint8) in, each question's probabilities out."""

    def __init__(self, network, mean, std, answers, dtype, memory_format):
        super().__init__()
        self.network = network
        self.answers = answers
        self.dtype = dtype
        self.memory_format = memory_format
        self.register_buffer("mean", torch.tensor(mean, dtype=torch.float32).view(1, -1, 1, 1))
        self.register_buffer("std", torch.tensor(std, dtype=torch.float32).view(1, -1, 1, 1))

    def forward(self, levels):
        x = levels.permute(0, 3, 1, 2).to(torch.float32).div(255)
        x = x.sub(self.mean).div(self.std).to(self.dtype)
        logits = self.network(x.contiguous(memory_format=self.memory_format)).float()
        return torch.cat([part.softmax(1) for part in logits.split(self.answers, 1)], 1)


def safetensors(path):
    """https://huggingface.co/docs/safetensors: a JSON header, then the numbers."""
    content = path.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    header = json.loads(content[8 : 8 + length])
    numpy_types = {"F16": np.float16, "F32": np.float32}
    arrays = {}
    for name, entry in header.items():
        if name != "__metadata__":
            begin, end = (8 + length + offset for offset in entry["data_offsets"])
            array = np.frombuffer(content[begin:end], numpy_types[entry["dtype"]])
            arrays[name] = torch.from_numpy(
                array.astype(np.float32).reshape(entry["shape"])
            )
    return arrays


class Bundle:
    """A bundle's folder: what the network takes and which questions it answers."""

    def __init__(self, folder, questions):
        folder = Path(folder)
        self.manifest = json.loads((folder / "model.json").read_text())
        self.weights = safetensors(folder / "weights.safetensors")
        self.questions = questions
        spec = self.manifest["input"]
        self.size = spec["size"]
        self.crop = spec["crop"]["ofShorterSide"]
        self.mean, self.std = spec["mean"], spec["std"]

    def _model(self, dtype, memory_format):
        answers = [len(question["answers"]) for question in self.questions]
        network = NETWORKS[self.manifest["architecture"]](len(self.mean), sum(answers))
        missing, unexpected = network.load_state_dict(self.weights, strict=False)
        missing = [name for name in missing if not name.endswith("num_batches_tracked")]
        if missing or unexpected:
            raise ValueError(f"The weights are not the network's: {missing} {unexpected}")
        network.eval().to(dtype=dtype, memory_format=memory_format)
        return GalaxyModel(network, self.mean, self.std, answers, dtype, memory_format).eval()

    def eager(self):
        """As one writes it first: float32, channels first."""
        return self._model(torch.float32, torch.contiguous_format)

    def frozen(self, dtype, batch):
        """Channels last, traced for one size of batch, frozen: batch norms are folded away."""
        model = self._model(dtype, torch.channels_last)
        levels = torch.zeros(batch, self.size, self.size, len(self.mean), dtype=torch.uint8)
        with torch.no_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore", torch.jit.TracerWarning)  # padding is fixed with the size
            traced = torch.jit.freeze(torch.jit.trace(model, levels, check_trace=False))
            for _ in range(3):  # the graph is specialised in its first calls
                traced(levels)
        return traced


def has_bfloat16():
    """Whether this processor computes in bfloat16 rather than imitating it."""
    try:
        flags = Path("/proc/cpuinfo").read_text()
    except OSError:
        return False
    faster = "avx512_bf16" in flags or "amx_bf16" in flags
    return faster and torch.ops.mkldnn._is_mkldnn_bf16_supported()


def best(bundle, batch):
    return bundle.frozen(torch.bfloat16 if has_bfloat16() else torch.float32, batch)
