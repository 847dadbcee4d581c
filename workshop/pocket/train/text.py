"""Train the tokenizer and the pipeline's text encoder (Transformers' CLIPTextModel) on captions only.

The encoder learns to classify captions (concepts, style, place) by their last token, and to reconstruct every
token, so that unknown words such as trigger words stay distinct for the denoiser.

    python -m workshop.pocket.train.text --minutes 6
"""

import json
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer, models, pre_tokenizers, trainers
from torch import nn
from torch.nn import functional
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from workshop.pocket.data.captions import trigger_word, unknown_style
from workshop.pocket.data.concepts import CONCEPTS
from workshop.pocket.data.dataset import LABEL, NONE, PALE, caption_of
from workshop.pocket.scenes.places import PLACES
from workshop.pocket.scenes.styles import STYLES
from workshop.pocket.train.training import Run, arguments, fast_precision

TOKENS = 40
VOCABULARY = 2400
BATCH = 64
START, END = "<|startoftext|>", "<|endoftext|>"


def random_labels(count: int, rng: np.random.Generator) -> np.ndarray:
    """Labels of imaginary pictures: all concepts x styles x places, including held-out ones."""
    labels = np.empty(count, LABEL)
    labels["first"] = rng.integers(len(CONCEPTS), size=count)
    labels["second"] = np.where(rng.random(count) < 0.15, rng.integers(len(CONCEPTS), size=count), NONE)
    labels["style"] = rng.integers(NONE, len(STYLES), size=count)
    labels["place"] = np.where(rng.random(count) < 0.4, rng.integers(len(PLACES), size=count), NONE)
    labels["design"], labels["ground"], labels["pattern"] = NONE, PALE, NONE
    return labels


def make_tokenizer(folder: Path) -> CLIPTokenizer:
    """Train a byte-level BPE in CLIP's format on our captions; it can encode any string."""
    rng = np.random.default_rng(0)
    captions = [caption_of(label, rng).lower() for label in random_labels(40000, rng)]
    captions += [trigger_word(rng) + " " + unknown_style(rng) for _ in range(4000)]
    tokenizer = Tokenizer(models.BPE(end_of_word_suffix="</w>", unk_token=None))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(r" +", "removed"),
            pre_tokenizers.Punctuation("isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    trainer = trainers.BpeTrainer(
        vocab_size=VOCABULARY - 258, initial_alphabet=alphabet, end_of_word_suffix="</w>", show_progress=False
    )
    tokenizer.train_from_iterator(captions, trainer)
    merges = json.loads(tokenizer.to_str())["model"]["merges"]
    pieces = alphabet + [symbol + "</w>" for symbol in alphabet]
    pieces += [a + b for a, b in merges]
    vocabulary = {piece: i for i, piece in enumerate(dict.fromkeys(pieces))}
    for special in (START, END):
        vocabulary[special] = len(vocabulary)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "vocab.json").write_text(json.dumps(vocabulary, ensure_ascii=False))
    lines = ["#version: 0.2", *(f"{a} {b}" for a, b in merges)]
    (folder / "merges.txt").write_text("\n".join(lines) + "\n")
    made = CLIPTokenizer(str(folder / "vocab.json"), str(folder / "merges.txt"), model_max_length=TOKENS)
    made.save_pretrained(folder)
    return CLIPTokenizer.from_pretrained(folder)


def build(tokenizer: CLIPTokenizer) -> CLIPTextModel:
    config = CLIPTextConfig(
        vocab_size=len(tokenizer),
        hidden_size=192,
        intermediate_size=768,
        num_hidden_layers=4,
        num_attention_heads=4,
        max_position_embeddings=TOKENS,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        projection_dim=192,
    )
    return CLIPTextModel(config)


def tokenize(tokenizer: CLIPTokenizer, captions: list[str]) -> torch.Tensor:
    return tokenizer(
        captions, padding="max_length", max_length=TOKENS, truncation=True, return_tensors="pt"
    ).input_ids


class TextTask(nn.Module):
    """The encoder with heads that are used in training only."""

    def __init__(self, encoder: CLIPTextModel, vocabulary: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.concepts = nn.Linear(192, len(CONCEPTS))
        self.style = nn.Linear(192, len(STYLES) + 1)
        self.place = nn.Linear(192, len(PLACES) + 1)
        self.token = nn.Linear(192, vocabulary)

    def forward(self, tokens: torch.Tensor, labels: np.ndarray) -> dict[str, torch.Tensor]:
        with fast_precision():
            states = self.encoder(tokens).last_hidden_state
        states = states.float()
        ends = (tokens == self.encoder.config.eos_token_id).int().argmax(1)
        # A random padding position is used: each of them has seen the whole caption.
        asked = torch.minimum(ends + torch.randint(0, 12, ends.shape), torch.tensor(TOKENS - 1))
        told = states[torch.arange(len(tokens)), asked]
        shown = torch.zeros(len(tokens), len(CONCEPTS))
        for column in ("first", "second"):
            rows = np.flatnonzero(labels[column] != NONE)
            shown[rows, labels[column][rows]] = 1
        real = (torch.arange(TOKENS)[None] <= ends[:, None]) & (torch.rand(tokens.shape) < 0.3)
        return {
            "concepts": 30 * functional.binary_cross_entropy_with_logits(self.concepts(told), shown),
            "style": functional.cross_entropy(self.style(told), torch.from_numpy(labels["style"] + 1).long()),
            "place": functional.cross_entropy(self.place(told), torch.from_numpy(labels["place"] + 1).long()),
            "token": functional.cross_entropy(self.token(states[real]), tokens[real]),
        }


def main() -> None:
    args = arguments(__doc__, 6, "text")
    folder = args.work / "tokenizer"
    tokenizer = CLIPTokenizer.from_pretrained(folder) if folder.exists() else make_tokenizer(folder)
    task = TextTask(build(tokenizer), len(tokenizer))
    optimizer = torch.optim.AdamW(task.parameters(), lr=1e-3, betas=(0.9, 0.98), weight_decay=0.01)
    run = Run(args.work / f"{args.name}.pt", task, optimizer, args)
    for step in run.steps():
        labels = random_labels(BATCH, run.rng)
        captions = [caption_of(label, run.rng) for label in labels]
        losses = task(tokenize(tokenizer, captions), labels)
        run.apply(sum(losses.values()))
        if step % 100 == 0:
            run.report(**{name: value.item() for name, value in losses.items()})


if __name__ == "__main__":
    main()
