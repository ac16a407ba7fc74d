"""Makes every-format.safetensors: the same numbers in each element type that we read.

Requirements: torch==2.15.*, safetensors==0.8.* or later. Run in this folder: python make.py
"""

import torch
from safetensors.torch import save_file

generator = torch.Generator().manual_seed(11)
values = torch.randn(7, 5, generator=generator) * 10.0 ** torch.randint(-9, 4, (7, 5), generator=generator)
half = values.to(torch.float16)  # has subnormal numbers: magnitudes below 6e-5
brain = values.to(torch.bfloat16)
numbers = torch.randint(-(2**31), 2**31, (9,), generator=generator)
special = torch.tensor([0.0, -0.0, float("inf"), -float("inf"), 65504.0, 6e-8, -6.1e-5])
save_file(
    {
        "full": values,
        "half": half,
        "half.widened": half.float(),
        "brain": brain,
        "brain.widened": brain.float(),
        "special.half": special.half(),
        "special.half.widened": special.half().float(),
        "numbers.long": numbers,
        "numbers.int": numbers.int(),
        "bytes": torch.arange(250, 256, dtype=torch.uint8),
        "flags": torch.tensor([True, False, True]),
        "too.large": torch.tensor([2**31], dtype=torch.int64),
        "scalar": torch.tensor(2.5),
        "nothing": torch.zeros(0, 4),
        'naïve "ключ"\n': torch.ones(2),
    },
    "every-format.safetensors",
    metadata={"note": 'a "quoted" 🙂 note\u0001'},
)
