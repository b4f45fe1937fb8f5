"""The benchmarks of check-on-gpu in PyTorch: float32 with TF32 off. Prints a line on itself, then 'name<TAB>seconds' lines."""
import statistics
import sys
import time

try:
    import torch
except ImportError:
    print("python3 has no torch")
    sys.exit(1)
if not torch.cuda.is_available():
    print("torch has no CUDA")
    sys.exit(1)
from torch import nn

torch.backends.cuda.matmul.allow_tf32 = False
torch.backends.cudnn.allow_tf32 = False
torch.backends.cudnn.benchmark = True
torch.manual_seed(5)
print(f"torch {torch.__version__}, CUDA {torch.version.cuda}, {torch.cuda.get_device_name(0)}, TF32 off")


def seconds(work):
    def once(runs):
        torch.cuda.synchronize()
        start = time.perf_counter()
        for _ in range(runs):
            work()
        torch.cuda.synchronize()
        return (time.perf_counter() - start) / runs

    for _ in range(3):
        once(1)
    runs = int(min(2000, max(1, 0.3 / once(3))))
    return statistics.median(once(runs) for _ in range(7))


def report(name, work):
    print(f"{name}\t{work:.9f}", flush=True)


class Basic(nn.Module):
    """Two 3x3 convolutions with the parameter-free shortcut of the CIFAR networks."""

    def __init__(self, inside, outside, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inside, outside, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outside)
        self.conv2 = nn.Conv2d(outside, outside, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outside)
        self.stride, self.side = stride, (outside - inside) // 2

    def forward(self, x):
        y = torch.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        if self.side:
            x = nn.functional.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, self.side, self.side))
        return torch.relu(y + x)


class Bottleneck(nn.Module):
    def __init__(self, inside, width, stride):
        super().__init__()
        outside = 4 * width
        self.body = nn.Sequential(
            nn.Conv2d(inside, width, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU(),
            nn.Conv2d(width, width, 3, stride, 1, bias=False), nn.BatchNorm2d(width), nn.ReLU(),
            nn.Conv2d(width, outside, 1, bias=False), nn.BatchNorm2d(outside))
        self.down = None
        if stride != 1 or inside != outside:
            self.down = nn.Sequential(nn.Conv2d(inside, outside, 1, stride, bias=False), nn.BatchNorm2d(outside))

    def forward(self, x):
        return torch.relu(self.body(x) + (x if self.down is None else self.down(x)))


def resnet20():
    layers = [nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU()]
    inside = 16
    for width in (16, 32, 64):
        for i in range(3):
            layers.append(Basic(inside, width, 2 if i == 0 and width > 16 else 1))
            inside = width
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10)), 32, 10


def resnet50():
    layers = [nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, 1)]
    inside = 64
    for width, units in ((64, 3), (128, 4), (256, 6), (512, 3)):
        for i in range(units):
            layers.append(Bottleneck(inside, width, 2 if i == 0 and width > 64 else 1))
            inside = 4 * width
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(2048, 1000)), 224, 1000


def network(make, batch, channels_last):
    net, size, classes = make()
    layout = torch.channels_last if channels_last else torch.contiguous_format
    net = net.cuda().to(memory_format=layout)
    x = torch.randn(batch, 3, size, size, device="cuda").to(memory_format=layout)
    y = torch.arange(batch, device="cuda") * 7 % classes
    loss_of = lambda: nn.functional.cross_entropy(net(x), y)
    by = list(net.parameters())
    net.eval()
    times = {"gradient": seconds(lambda: torch.autograd.grad(loss_of(), by))}
    g = torch.autograd.grad(loss_of(), by, create_graph=True)
    v = [torch.randn_like(p) for p in by]
    times["product"] = seconds(lambda: torch.autograd.grad(g, by, v, retain_graph=True))
    del g
    net.train()
    sgd = torch.optim.SGD(by, lr=0.1, momentum=0.9)

    def step():
        sgd.zero_grad()
        loss_of().backward()
        sgd.step()

    times["step"] = seconds(step)
    return times


def convolution(batch, size, inside, outside, kernel, stride):
    best = {}
    for layout in (torch.contiguous_format, torch.channels_last):
        x = torch.randn(batch, inside, size, size, device="cuda").to(memory_format=layout)
        w = torch.randn(outside, inside, kernel, kernel, device="cuda").to(memory_format=layout)
        pad = kernel // 2
        y = nn.functional.conv2d(x, w, stride=stride, padding=pad)
        back = lambda which: torch.ops.aten.convolution_backward(
            y, x, w, None, [stride, stride], [pad, pad], [1, 1], False, [0, 0], 1, which)
        for role, work in (("output", lambda: nn.functional.conv2d(x, w, stride=stride, padding=pad)),
                           ("input_grad", lambda: back([True, False, False])),
                           ("weight_grad", lambda: back([False, True, False]))):
            best[role] = min(best.get(role, 1e9), seconds(work))
    for role, t in best.items():
        report(f"conv {role} b{batch} {size}x{size} {inside}->{outside} k{kernel} s{stride}", t)


for shape in ((128, 32, 16, 16, 3, 1), (128, 16, 32, 32, 3, 1), (128, 8, 64, 64, 3, 1), (32, 224, 3, 64, 7, 2),
              (32, 56, 64, 64, 3, 1), (32, 56, 64, 256, 1, 1), (32, 28, 128, 128, 3, 1), (32, 14, 256, 256, 3, 1),
              (32, 14, 1024, 256, 1, 1), (32, 7, 512, 512, 3, 1)):
    convolution(*shape)
for make, batch in ((resnet20, 128), (resnet50, 32)):
    # The faster of the two layouts is what an informed user would run.
    both = [network(make, batch, last) for last in (False, True)]
    for what in both[0]:
        report(f"{make.__name__} b{batch} {what}", min(t[what] for t in both))
