# SPDX-License-Identifier: Apache-2.0
"""Trains the picture classifier of the QuickStart sample on Fashion-MNIST and writes it as ONNX.

Input  `image`          float32[batch,1,28,28], 0 = background, 1 = cloth (light things on a dark ground)
Output `probabilities`  float32[batch,10]

    /usr/bin/python3 train_pictures.py            # train, export, score, write golden pictures and examples
    /usr/bin/python3 train_pictures.py --epochs 1 # a quick try

The test images are used once, after the last epoch: nothing is chosen by looking at them.
"""
import argparse
import gzip
import json
import math
import pathlib
import random
import time

import numpy as np
import onnx
import torch
import torch.nn as nn
import torch.nn.functional as F

HERE = pathlib.Path(__file__).resolve().parent
SAMPLE = HERE.parent
NAMES = ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"]


def read_idx(path):
    """Reads one IDX file: magic (its last byte is the number of dimensions), the dimensions, the bytes."""
    with gzip.open(path, "rb") as file:
        data = file.read()
    rank = data[3]
    shape = np.frombuffer(data, ">i4", rank, 4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * rank).reshape(shape)


class Net(nn.Module):
    """Four convolutions and two dense layers, about 150 000 weights."""

    def __init__(self):
        super().__init__()

        def block(inputs, outputs, kernel):
            return [nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2, bias=False),
                    nn.BatchNorm2d(outputs), nn.ReLU(inplace=True)]

        self.features = nn.Sequential(
            *block(1, 16, 5), nn.MaxPool2d(2),
            *block(16, 32, 3), *block(32, 48, 3), nn.MaxPool2d(2),
            *block(48, 96, 3), nn.MaxPool2d(2))
        self.head = nn.Sequential(nn.Flatten(), nn.Dropout(0.25), nn.Linear(96 * 9, 96), nn.ReLU(inplace=True),
                                  nn.Dropout(0.25), nn.Linear(96, 10))

    def forward(self, image):
        return self.head(self.features(image))


class WithSoftmax(nn.Module):
    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, image):
        return F.softmax(self.net(image), dim=1)


def warp(images, angle, scale_x, scale_y, shift_x, shift_y, flip):
    """Rotates (radians), scales, shifts (in halves of the width) and mirrors each image by its own amount."""
    cos, sin = torch.cos(angle), torch.sin(angle)
    theta = torch.stack([
        torch.stack([cos / scale_x * flip, sin / scale_x, shift_x], 1),
        torch.stack([-sin / scale_y * flip, cos / scale_y, shift_y], 1)], 1)
    grid = F.affine_grid(theta, list(images.shape), align_corners=False)
    return F.grid_sample(images, grid, align_corners=False)


def augment(images):
    """Every image is mirrored by a coin's toss and moved a little; half of them also turned, scaled and faded."""
    count = len(images)

    def uniform(low, high):
        return torch.rand(count) * (high - low) + low

    strong = (torch.rand(count) < 0.5).float()
    scale = 1 + strong * uniform(-0.28, 0.12)
    images = warp(
        images,
        angle=strong * uniform(-0.21, 0.21),
        scale_x=scale * (1 + strong * uniform(-0.1, 0.1)),
        scale_y=scale,
        shift_x=uniform(-0.07, 0.07) + strong * uniform(-0.1, 0.1),
        shift_y=uniform(-0.07, 0.07) + strong * uniform(-0.1, 0.1),
        flip=torch.where(torch.rand(count) < 0.5, -1.0, 1.0))
    gain = (1 + strong * uniform(-0.4, 0.3)).view(-1, 1, 1, 1)
    gamma = torch.exp(strong * uniform(-0.5, 0.5)).view(-1, 1, 1, 1)
    return (images.clamp(0, 1).pow(gamma) * gain).clamp(0, 1)


@torch.no_grad()
def predict(net, images):
    net.eval()
    return torch.cat([F.softmax(net(images[i:i + 1000]), 1) for i in range(0, len(images), 1000)])


def export(net, path):
    net.eval()
    torch.onnx.export(
        WithSoftmax(net).eval(), torch.zeros(2, 1, 28, 28), str(path), opset_version=17,
        input_names=["image"], output_names=["probabilities"],
        dynamic_axes={"image": {0: "batch"}, "probabilities": {0: "batch"}})
    model = onnx.load(str(path))
    model.producer_name, model.producer_version, model.doc_string = "train_pictures.py", "", ""
    model.graph.name = "pictures"
    for node in model.graph.node:
        node.doc_string = ""
    onnx.helper.set_model_props(model, {
        "names": json.dumps({str(i): name for i, name in enumerate(NAMES)}),
        "description": "Kinds of clothing in 28x28 grey pictures, trained on Fashion-MNIST",
    })
    onnx.checker.check_model(model)
    onnx.save(model, str(path))


def write_png(path, pixels, zoom):
    from PIL import Image
    picture = Image.fromarray(pixels, "L")
    if zoom > 1:
        picture = picture.resize((28 * zoom, 28 * zoom), Image.BICUBIC)
    picture.save(path, optimize=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", default="/usr/share/datasets/fashion-mnist", type=pathlib.Path)
    parser.add_argument("--epochs", default=14, type=int)
    parser.add_argument("--out", default=SAMPLE, type=pathlib.Path, help="the sample's folder")
    options = parser.parse_args()

    torch.manual_seed(1)
    random.seed(1)
    np.random.seed(1)

    def images(name):
        pixels = read_idx(options.data / f"{name}-images-idx3-ubyte.gz")
        return torch.from_numpy(pixels.astype(np.float32) / 255)[:, None]

    def labels(name):
        return torch.from_numpy(read_idx(options.data / f"{name}-labels-idx1-ubyte.gz").astype(np.int64))

    x, y = images("train"), labels("train")
    net = Net()
    print(sum(p.numel() for p in net.parameters()), "weights", flush=True)
    batch = 125
    steps = options.epochs * len(x) // batch
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-3, weight_decay=1e-2)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=4e-3, total_steps=steps, pct_start=0.2)
    started = time.monotonic()
    for epoch in range(options.epochs):
        net.train()
        total = 0.0
        for rows in torch.randperm(len(x)).split(batch):
            loss = F.cross_entropy(net(augment(x[rows])), y[rows], label_smoothing=0.05)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item() * len(rows)
        print(f"epoch {epoch + 1}: loss {total / len(x):.4f}, {time.monotonic() - started:.0f} s", flush=True)

    # Export
    path = options.out / "models/pictures/model.onnx"
    path.parent.mkdir(parents=True, exist_ok=True)
    export(net, path)

    # Score
    x, y = images("t10k"), labels("t10k")
    answer = predict(net, x)
    right = answer.argmax(1) == y
    print(f"test accuracy {right.float().mean():.4f} of {len(y)}")
    for label, name in enumerate(NAMES):
        wrong = answer.argmax(1)[(y == label) & ~right]
        mostly = NAMES[int(wrong.bincount(minlength=10).argmax())]
        print(f"  {name:12} {right[y == label].float().mean():.3f}  most often taken for {mostly}")
    count = len(x)
    for what, changed in {
        "shifted by 3 pixels": warp(x, torch.zeros(count), torch.ones(count), torch.ones(count),
                                    torch.full((count,), 3 / 14), torch.full((count,), -3 / 14), torch.ones(count)),
        "at 3/4 size": warp(x, torch.zeros(count), torch.full((count,), 0.75), torch.full((count,), 0.75),
                            torch.zeros(count), torch.zeros(count), torch.ones(count)),
        "turned by 12 degrees": warp(x, torch.full((count,), math.radians(12)), torch.ones(count), torch.ones(count),
                                     torch.zeros(count), torch.zeros(count), torch.ones(count)),
        "at half contrast": x * 0.5,
    }.items():
        print(f"test accuracy {what}: {(predict(net, changed).argmax(1) == y).float().mean():.4f}")

    # Golden pictures: the first ten test images of each class; examples: the first of each class that is right
    pixels = (x[:, 0].numpy() * 255).round().astype(np.uint8)
    golden = [int(i) for label in range(10) for i in torch.nonzero(y == label)[:10, 0]]
    folder = options.out / "training/golden"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "pictures.bin").write_bytes(pixels[golden].tobytes())
    rows = [{"testIndex": i, "label": int(y[i]), "predicted": int(answer[i].argmax()),
             "probabilities": [round(float(p), 6) for p in answer[i]]} for i in golden]
    (folder / "pictures.json").write_text(
        '{"width": 28, "height": 28, "format": "one byte a pixel, row by row, 0..255; the model takes byte / 255",\n'
        ' "pictures": [\n  ' + ",\n  ".join(json.dumps(row) for row in rows) + "\n]}\n")
    examples = options.out / "wwwroot/examples"
    examples.mkdir(parents=True, exist_ok=True)
    for label, name in enumerate(NAMES):
        i = int(torch.nonzero((y == label) & right)[0, 0])
        write_png(examples / (name.lower().replace("/", "-").replace(" ", "-") + ".png"), pixels[i], zoom=4)


if __name__ == "__main__":
    main()
