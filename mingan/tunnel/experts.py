"""A mixture of experts: every token goes to the best few of several MLPs, and none stands idle.

Balance is kept without an extra loss: a bias on each expert's score, used for choosing only and
moved against its load after every step (arXiv 2408.15664). The module must not know attention.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

STEP = 0.003
"""By which a bias moves against its expert's load, a step."""


class Gated(nn.Module):
    """SwiGLU (arXiv 2002.05202): down(silu(gate x) * up x)."""

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.gate = nn.Linear(width, hidden, bias=False)
        self.up = nn.Linear(width, hidden, bias=False)
        self.down = nn.Linear(hidden, width, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """(…, width) to (…, width)."""
        out: Tensor = self.down(F.silu(self.gate(x)) * self.up(x))
        return out


class Mixture(nn.Module):
    """`top` of `experts` gated MLPs for each token, weighted by their scores."""

    bias: Tensor
    load: Tensor

    def __init__(self, width: int, hidden: int, experts: int, top: int) -> None:
        super().__init__()
        self.top = top
        self.router = nn.Linear(width, experts, bias=False)
        self.experts = nn.ModuleList(Gated(width, hidden) for _ in range(experts))
        self.register_buffer("bias", torch.zeros(experts))
        self.register_buffer("load", torch.zeros(experts))

    def forward(self, x: Tensor) -> Tensor:
        """(B, T, width) to (B, T, width)."""
        flat = x.reshape(-1, x.shape[-1])
        scores = torch.sigmoid(self.router(flat))
        picked = (scores + self.bias).topk(self.top, dim=-1).indices
        weights = scores.gather(-1, picked)
        weights = weights / weights.sum(dim=-1, keepdim=True).clamp_min(1e-9)
        out = torch.zeros_like(flat)
        for number, expert in enumerate(self.experts):
            rows, place = (picked == number).nonzero(as_tuple=True)
            if rows.numel():
                out = out.index_add(0, rows, expert(flat[rows]) * weights[rows, place, None])
        if self.training:
            counts = torch.bincount(picked.flatten(), minlength=self.bias.numel())
            self.load.copy_(counts / counts.sum())
        return out.view_as(x)

    @torch.no_grad()
    def balance(self) -> None:
        """Move biases against the last load: after every step of the optimiser."""
        self.bias += STEP * torch.sign(1 / self.load.numel() - self.load)
