"""Train the small CLIP model (open_clip: a timm image tower and a text transformer) from scratch.

Each image is classified against texts of all concepts, all styles and all places in varied wording (synonyms,
unknown styles, made-up trigger words), and against the captions of its batch, as Eq. G2 uses the model. The
text tower starts from the pipeline's text encoder and is trained in every fourth step; the image tower starts
with smaller pictures.

    python -m workshop.pocket.train.clip --minutes 45
    python -m workshop.pocket.train.redraw --kind reconstructed
    python -m workshop.pocket.train.redraw --kind generated
    python -m workshop.pocket.train.clip --minutes 60     (continues with redrawn pictures)
    python -m workshop.pocket.train.clip --start-from WORK/shipped-clip.pt     (after `train.restore`)
    python -m workshop.pocket.train.clip --measure      (on the held-out concept x style pairs)
"""

import sys
from pathlib import Path

import numpy as np
import torch
from open_clip.model import CLIP, CLIPTextCfg, CLIPVisionCfg
from torch import nn
from torch.nn import functional
from transformers import CLIPTextModel, CLIPTokenizer

from workshop.pocket.data.augment import Lessons, blend, prepare
from workshop.pocket.data.concepts import CONCEPTS
from workshop.pocket.data.dataset import LABEL, NONE, PALE, TRAINED_STYLES, caption_of, load_split
from workshop.pocket.scenes.places import PLACES
from workshop.pocket.scenes.styles import STYLES
from workshop.pocket.train.denoiser import load_text
from workshop.pocket.train.text import TOKENS, tokenize
from workshop.pocket.train.training import Run, arguments, fast_precision, load_weights

BATCH = 64
SIZE, SMALL = 128, 96
MEAN, STD = (0.6, 0.6, 0.6), (0.3, 0.3, 0.3)
TEXT_EVERY = 4
REDRAWN = 0.4  # share of pictures from `workshop.pocket.train.redraw`, once there are any
MODEL_CONFIG = {
    "embed_dim": 256,
    "vision_cfg": {
        "timm_model_name": "cs3darknet_s",
        "timm_model_pretrained": False,
        "timm_pool": "avg",
        "timm_proj": "linear",
        "image_size": SIZE,
    },
    "text_cfg": {"context_length": TOKENS, "width": 192, "heads": 4, "layers": 4},
    "quick_gelu": True,
}


def build(vocabulary: int) -> CLIP:
    text = CLIPTextCfg(**MODEL_CONFIG["text_cfg"], vocab_size=vocabulary)
    return CLIP(256, CLIPVisionCfg(**MODEL_CONFIG["vision_cfg"]), text, quick_gelu=True)


def start_text_tower(model: CLIP, encoder: CLIPTextModel) -> None:
    """Copy a Transformers text encoder of the same shape into the text tower."""
    known = {name.removeprefix("text_model."): value for name, value in encoder.state_dict().items()}
    copied = {
        "token_embedding.weight": known["embeddings.token_embedding.weight"],
        "positional_embedding": known["embeddings.position_embedding.weight"],
    }
    pairs = {"layer_norm1": "ln_1", "layer_norm2": "ln_2", "mlp.fc1": "mlp.c_fc", "mlp.fc2": "mlp.c_proj"}
    pairs["self_attn.out_proj"] = "attn.out_proj"
    for kind in ("weight", "bias"):
        copied[f"ln_final.{kind}"] = known[f"final_layer_norm.{kind}"]
        for i in range(len(encoder_layers(known))):
            mine, theirs = f"transformer.resblocks.{i}", f"encoder.layers.{i}"
            parts = [known[f"{theirs}.self_attn.{part}_proj.{kind}"] for part in "qkv"]
            copied[f"{mine}.attn.in_proj_{kind}"] = torch.cat(parts)
            copied |= {f"{mine}.{b}.{kind}": known[f"{theirs}.{a}.{kind}"] for a, b in pairs.items()}
    left = model.load_state_dict(copied, strict=False)
    assert not left.unexpected_keys, left.unexpected_keys


def encoder_layers(known: dict[str, torch.Tensor]) -> set[str]:
    return {name.split(".")[2] for name in known if name.startswith("encoder.layers.")}


class ClipTask(nn.Module):
    """The CLIP model with auxiliary classifiers for the image tower."""

    def __init__(self, vocabulary: int) -> None:
        super().__init__()
        self.clip = build(vocabulary)
        self.concept = nn.Linear(256, len(CONCEPTS))
        self.style = nn.Linear(256, len(TRAINED_STYLES))
        self.place = nn.Linear(256, len(PLACES))

    def plain(self, features: torch.Tensor) -> dict[str, torch.Tensor]:
        """The logits of the auxiliary classifiers."""
        return {
            "concept": self.concept(features),
            "style": self.style(features),
            "place": self.place(features),
        }

    def groups(self) -> list[dict[str, object]]:
        """Parameter groups: the text tower, already trained on captions, has a lower learning rate."""
        image = [*self.clip.visual.parameters(), *self.concept.parameters(), self.clip.logit_scale]
        heads = [*self.style.parameters(), *self.place.parameters()]
        known = {id(weight) for weight in image + heads}
        text = [weight for weight in self.parameters() if id(weight) not in known]
        rates = ((image, 1.5e-3), (text, 8e-4), (heads, 1.5e-3))
        return [{"params": weights, "lr": rate} for weights, rate in rates]


def load_clip(work: Path) -> tuple[CLIP, CLIPTokenizer]:
    tokenizer = CLIPTokenizer.from_pretrained(work / "tokenizer")
    return load_weights(ClipTask(len(tokenizer)), work / "clip.pt").clip.eval(), tokenizer


def normalise(x: torch.Tensor) -> torch.Tensor:
    return (x - torch.tensor(MEAN)[:, None, None]) / torch.tensor(STD)[:, None, None]


def label(first: int = NONE, style: int = NONE, place: int = NONE) -> np.void:
    return np.array((first, NONE, style, place, NONE, PALE, NONE), LABEL)[()]


class Texts:
    """The texts that images are classified against, in random wording."""

    def __init__(self, model: CLIP, tokenizer: CLIPTokenizer, rng: np.random.Generator) -> None:
        self.model, self.tokenizer, self.rng = model, tokenizer, rng

    def features(self, captions: list[str]) -> torch.Tensor:
        tokens = tokenize(self.tokenizer, captions)
        ends = (tokens == self.tokenizer.eos_token_id).int().argmax(1)
        n = int(ends.max()) + 1  # encode_text without the padding, which costs most of its time
        x = self.model.token_embedding(tokens[:, :n]) + self.model.positional_embedding[:n]
        x = self.model.ln_final(self.model.transformer(x, attn_mask=self.model.attn_mask[:n, :n]))
        told = x[torch.arange(len(x)), ends] @ self.model.text_projection
        return functional.normalize(told, dim=-1)

    def _maybe(self, options: int, rate: float) -> int:
        return int(self.rng.integers(options)) if self.rng.random() < rate else NONE

    def all(self, captions: list[str]) -> list[torch.Tensor]:
        """The features of the texts of all concepts, styles and places, and of the given captions."""
        style, place = self._maybe(len(STYLES), 0.7), self._maybe(len(PLACES), 0.2)
        words = [caption_of(label(c, style, place), self.rng, 0.2) for c in range(len(CONCEPTS))]
        concept = self._maybe(len(CONCEPTS), 1.0)
        words += [caption_of(label(concept, s, place), self.rng) for s in TRAINED_STYLES]
        style = self._maybe(len(STYLES), 0.3)
        words += [caption_of(label(concept, style, p), self.rng, 0.5) for p in range(len(PLACES))]
        counts = [len(CONCEPTS), len(TRAINED_STYLES), len(PLACES), len(captions)]
        return list(self.features(words + captions).split(counts))


def soft_targets(labels: np.ndarray) -> dict[str, torch.Tensor]:
    """Soft targets: rows sum to 1, or to 0 for an image without style or place."""
    n = len(labels)
    concept, style, place = (
        torch.zeros(n, len(CONCEPTS)),
        torch.zeros(n, len(TRAINED_STYLES)),
        torch.zeros(n, len(PLACES)),
    )
    for i, row in enumerate(labels):
        subjects = [c for c in (row["first"], row["second"]) if c != NONE]
        for subject in subjects:
            concept[i, subject] += 1 / len(subjects)
        if row["style"] != NONE:
            style[i, TRAINED_STYLES.index(row["style"])] = 1
        if row["place"] != NONE:
            place[i, row["place"]] = 1
    return {"concept": concept, "style": style, "place": place}


def cross_entropy(logits: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    return -(target * functional.log_softmax(logits, 1)).sum() / max(1.0, float(target.sum()))


def contrast(logits: torch.Tensor, labels: np.ndarray) -> torch.Tensor:
    """The symmetric contrastive loss of images and captions; pictures with equal contents are positives."""
    keys = torch.from_numpy(
        np.stack([labels[c] for c in ("first", "second", "style", "place")], 1).astype(np.int64)
    )
    same = (keys[:, None] == keys[None]).all(2).float()
    same = same / same.sum(1, keepdim=True)
    return (cross_entropy(logits, same) + cross_entropy(logits.T, same)) / 2


def pool_of(work: Path) -> tuple[np.ndarray, np.ndarray, int]:
    """Training renders, followed by redrawn pictures if there are any, and the number of renders."""
    pictures, labels = load_split(work, "train")
    renders = len(labels)
    for extra in ("reconstructed", "generated"):
        if (work / f"{extra}-000.npz").exists():
            more, told = load_split(work, extra)
            pictures, labels = np.concatenate([pictures, more]), np.concatenate([labels, told])
            print(f"{len(more)} {extra} pictures", flush=True)
    return pictures, labels, renders


def with_redrawn(rows: np.ndarray, renders: int, count: int, rng: np.random.Generator) -> np.ndarray:
    """Replace a share of the rows of a batch by redrawn pictures, if there are any."""
    if count == renders:
        return rows
    return np.where(rng.random(len(rows)) < REDRAWN, rng.integers(renders, count, len(rows)), rows)


def train(args) -> None:
    pictures, labels, renders = pool_of(args.work)
    tokenizer = CLIPTokenizer.from_pretrained(args.work / "tokenizer")
    _, encoder = load_text(args.work)
    task = ClipTask(len(tokenizer))
    model = task.clip
    start_text_tower(model, encoder)
    optimizer = torch.optim.AdamW(task.groups(), betas=(0.9, 0.98), weight_decay=0.03)
    run = Run(args.work / f"{args.name}.pt", task, optimizer, args)
    texts = Texts(model, tokenizer, run.rng)
    lessons = Lessons(labels[:renders])
    kept: list[torch.Tensor] = []
    for step in run.steps():
        share = run.clock.share
        rows = lessons.rows(run.rng, BATCH, share)
        rows = with_redrawn(rows, renders, len(labels), run.rng)
        told = labels[rows]
        targets = soft_targets(told)
        x = prepare(pictures[rows], run.rng, SMALL if share < 0.5 else SIZE, lessons.strength(share))
        with_text = not kept or step % TEXT_EVERY == 0
        if not with_text and share > 0.3:
            x = blend(x, list(targets.values()), run.rng, 0.3)
        with fast_precision():
            features = model.encode_image(normalise(x))
            plain = task.plain(features)
            if with_text:
                kept = texts.all([caption_of(row, run.rng) for row in told])
        seen = functional.normalize(features.float(), dim=-1)
        scale = model.logit_scale.exp().clamp(max=60)
        logits = [scale * seen @ t.float().T for t in kept]
        losses = {name: cross_entropy(z, targets[name]) for name, z in zip(targets, logits, strict=False)}
        for name, logit in plain.items():
            losses[f"plain_{name}"] = cross_entropy(logit.float(), targets[name])
        if with_text:
            losses["contrast"] = contrast(logits[3], told)
            kept_for_later = [t.detach() for t in kept]
        weights = lessons.weights(share)
        run.apply(sum(weights[name] * loss for name, loss in losses.items()))
        kept = kept_for_later
        if step % 100 == 0:
            hit = (logits[0].argmax(1) == targets["concept"].argmax(1)).float().mean().item()
            run.report(**{k: v.item() for k, v in losses.items()}, hit=hit, scale=scale.item())


@torch.no_grad()
def image_features(model: CLIP, pictures: np.ndarray) -> torch.Tensor:
    found = []
    for start in range(0, len(pictures), 100):
        x = torch.from_numpy(pictures[start : start + 100]).permute(0, 3, 1, 2).float() / 255
        found.append(model.encode_image(normalise(x), normalize=True))
    return torch.cat(found)


@torch.no_grad()
def measure(args) -> None:
    """Top-1 accuracy of concept and style on held-out pairs, and of place on unseen renders."""
    model, tokenizer = load_clip(args.work)
    texts = Texts(model, tokenizer, np.random.default_rng(0))
    pictures, labels = (a[:2000] for a in load_split(args.work, "pairs"))
    seen = image_features(model, pictures)
    styles = [STYLES[s].words[0] for s in TRAINED_STYLES]
    by_style = [texts.features([f"{c.phrase} in {word} style" for c in CONCEPTS]) for word in styles]
    truth = [TRAINED_STYLES.index(s) for s in labels["style"]]
    told = np.array([int((by_style[s] @ x).argmax()) for s, x in zip(truth, seen, strict=True)])
    right = np.mean(told == labels["first"])
    print(f"concept top-1 {right:.3f} of {len(CONCEPTS)} over {len(told)} held-out pairs")
    for position, name in enumerate(styles):
        mine = np.array(truth) == position
        print(f"   {name:20s} {np.mean(told[mine] == labels['first'][mine]):.3f} over {mine.sum()}")
    table = torch.stack(by_style)  # (styles, concepts, d)
    told = np.array([int((table[:, c] @ x).argmax()) for c, x in zip(labels["first"], seen, strict=True)])
    print(f"style top-1 {np.mean(told == np.array(truth)):.3f} of {len(styles)} over {len(told)}")
    pictures, labels = load_split(args.work, "unseen")
    mine = np.flatnonzero((labels["place"] != NONE) & (labels["second"] == NONE))[:1000]
    seen = image_features(model, pictures[mine])
    places = []
    for x, row in zip(seen, labels[mine], strict=True):
        words = [f"{CONCEPTS[row['first']].phrase} {place.words[0]}" for place in PLACES]
        places.append(int((texts.features(words) @ x).argmax()))
    right = np.mean(np.array(places) == labels["place"][mine])
    print(f"place top-1 {right:.3f} of {len(PLACES)} over {len(mine)}")


def main() -> None:
    only_measure = "--measure" in sys.argv
    if only_measure:
        sys.argv.remove("--measure")
    args = arguments(__doc__, 60, "clip")
    if not only_measure:
        train(args)
    measure(args)


if __name__ == "__main__":
    main()
