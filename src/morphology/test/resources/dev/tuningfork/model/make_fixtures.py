"""Makes the files beside this script, with PyTorch 2.7.1 and safetensors 0.8 for Python:

    python make_fixtures.py

tiny.safetensors    weights of the network in NetworkBlockTest, an input, and PyTorch's logits for it
half.safetensors    one array in half precision
logits.pt           a TorchScript module: 1 × 16 × 16 in, 37 logits out
probabilities.pt    the same with each question's softmax inside
two_outputs.pt      the same with only two logits
"""

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

torch.manual_seed(1)

# --- every kind of layer, with Keras's asymmetric "same" padding (0 before, 1 after) written out
conv1, norm1 = torch.nn.Conv2d(2, 4, 3, stride=2), torch.nn.BatchNorm2d(4, eps=1e-3)
conv2 = torch.nn.Conv2d(4, 3, 3, padding=1)
dense1, answers = torch.nn.Linear(3 * 4 * 4, 8), torch.nn.Linear(8, 5)
norm1.weight.data.uniform_(0.5, 1.5)
norm1.bias.data.uniform_(-1, 1)
norm1.running_mean.uniform_(-1, 1)
norm1.running_var.uniform_(0.5, 2)
norm1.eval()
image = torch.randn(3, 2, 18, 18)
with torch.no_grad():
    x = conv1(F.pad(image, (0, 1, 0, 1)))
    x = norm1(F.max_pool2d(F.relu(x), 3, 2))
    x = F.relu(conv2(x)).flatten(1)
    logits = answers(F.relu(dense1(x)))
arrays = {"image": image, "logits": logits}
for name, layer in dict(conv1=conv1, norm1=norm1, conv2=conv2, dense1=dense1, answers=answers).items():
    for key, value in layer.state_dict().items():
        if key != "num_batches_tracked":
            arrays[f"{name}.{key}"] = value.contiguous()
save_file(arrays, "tiny.safetensors")
save_file({"half": torch.tensor([[0.5, -2.0], [65504.0, 6e-8]], dtype=torch.float16)}, "half.safetensors")


class Logits(torch.nn.Module):
    def __init__(self, outputs: int):
        super().__init__()
        self.conv = torch.nn.Conv2d(1, 4, 5, stride=3)
        self.linear = torch.nn.Linear(4 * 4 * 4, outputs)

    def forward(self, x):
        return self.linear(F.relu(self.conv(x)).flatten(1))


class Probabilities(torch.nn.Module):
    def __init__(self, logits: Logits):
        super().__init__()
        self.logits = logits

    def forward(self, x):
        parts = torch.split(self.logits(x), [3, 2, 2, 2, 4, 2, 3, 7, 3, 3, 6], 1)
        return torch.cat([torch.softmax(part, 1) for part in parts], 1)


module = Logits(37).eval()
torch.jit.script(module).save("logits.pt")
torch.jit.script(Probabilities(module).eval()).save("probabilities.pt")
torch.jit.script(Logits(2).eval()).save("two_outputs.pt")
