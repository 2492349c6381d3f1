"""Writes the training script of an exported model: the recipe as a loop over the data."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

from core.compile.source.page import Page
from core.compile.source.printing import lines, signature
from core.compile.source.quantity import Quantity
from core.compile.source.unify import names_in
from core.train.recipe import BATCH, STOCHASTIC, Recipe
from core.train.rule import rule

# Stands for the number of steps where schedules compare numbers.
_STEPS = 1000


def write_training(
    page: Page, model: str, recipe: Recipe, rows: str, frozen: list[str], constrained: bool
) -> set[str]:
    """Write the function ``train`` and what runs it; returns the functions that they use.

    ``rows`` is the text of an array with one row for each sample, ``frozen`` the objects that are
    not trained.
    """
    warmup = recipe.schedule.warmup_epochs
    schedule = recipe.schedule.build(
        recipe.optimizer.learning_rate,
        Quantity("warmup_steps", round(warmup * _STEPS)),  # type: ignore[arg-type]
        Quantity("total_steps", recipe.epochs * _STEPS),  # type: ignore[arg-type]
        Quantity("steps_per_epoch", _STEPS),  # type: ignore[arg-type]
    )
    optimizer = rule(recipe)
    texts = {"learning_rate": "schedule"}
    used = {"nnx", "np", "jax", "sys", "Mapping", *names_in(schedule), *names_in(optimizer)}
    used.discard("learning_rate")
    sizes = [
        *lines(schedule, {}, 4, "schedule = "),
        *lines(optimizer, texts, 4, "rule = "),
    ]
    needs = "\n".join(sizes)
    counted = any(name in needs for name in ("warmup_steps", "total_steps", "steps_per_epoch"))
    updates = f" / {recipe.accumulate}" if recipe.accumulate > 1 else ""
    steps = f"    steps_per_epoch = -(-rows // batch_size){updates}\n" if counted else ""
    steps += f"    warmup_steps = round({warmup!r} * steps_per_epoch)\n" * ("warmup_steps" in needs)
    total = "int(epochs * steps_per_epoch)" if updates else "epochs * steps_per_epoch"
    steps += f"    total_steps = {total}\n" * ("total_steps" in needs)
    given = [f"model: {model}", "optimizer: nnx.Optimizer", "batch: Mapping[str, jax.Array]"]
    values: Mapping[str, object] = {
        "model": model,
        "step": "\n".join(signature("step", given, "jax.Array", 4)),
        "rows": rows,
        "epochs": recipe.epochs,
        "batch_size": 1 if recipe.gradient_descent == STOCHASTIC else recipe.batch_size,
        "told": told(recipe),
        "whole": "    batch_size = rows\n" * (recipe.gradient_descent == BATCH),
        "seed": recipe.seed,
        "sizes": steps + needs,
        "wrt": "is_trained" if frozen else "nnx.Param",
        "slopes": "loss, argnums=nnx.DiffState(0, is_trained)" if frozen else "loss",
        "constrain": "        constrain(model)\n" * constrained,
        "freeze": "".join(
            f"    model.{name}.set_attributes(\n"
            "        use_running_average=True, raise_if_not_found=False\n    )\n"
            if len(name) > 20
            else f"    model.{name}.set_attributes(use_running_average=True, "
            "raise_if_not_found=False)\n"
            for name in frozen
        ),
    }
    page.add(*_TRAINING.format_map(values).splitlines())
    return used


def told(recipe: Recipe) -> str:
    """What the recipe has and the script leaves out, for the end of its docstring."""
    chosen = {
        "stages": recipe.stages,
        "the average of weights": recipe.ema_decay,
        "balanced classes": recipe.balance_classes,
        f"{recipe.precision} precision": recipe.precision != "float32",
        "rematerialisation": recipe.remat,
        "early stopping": recipe.patience,
        "lower rates on a plateau": recipe.schedule.kind == "Plateau",
    }
    names = [name for name, value in chosen.items() if value]
    if not names:
        return ""
    text = f"Of the recipe, these are left out: {', '.join(names)}."
    lines = textwrap.wrap(text, 96, initial_indent="    ", subsequent_indent="    ")
    return "\n\n" + "\n".join(lines) + "\n    "


_TRAINING = '''
def train(
    model: {model},
    data: Mapping[str, np.ndarray],
    *,
    epochs: int = {epochs},
    batch_size: int = {batch_size},
    seed: int = {seed},
) -> None:
    """Train a model on arrays with one row for each sample, and tell each epoch's loss.{told}"""
    rows = len({rows})
{whole}{sizes}
    optimizer = nnx.Optimizer(model, rule, wrt={wrt})

    @nnx.jit
{step}
        slopes = nnx.value_and_grad({slopes})
        value, gradients = slopes(model, batch)
        optimizer.update(model, gradients)
{constrain}        return value

    model.train()
{freeze}    for epoch in range(epochs):
        order = np.random.default_rng([seed, epoch]).permutation(rows)
        total = 0.0
        for start in range(0, rows, batch_size):
            chosen = order[start : start + batch_size]
            batch = {{name: values[chosen] for name, values in data.items()}}
            total += float(step(model, optimizer, batch)) * len(chosen)
        print(f"epoch {{epoch + 1}}: loss {{total / rows:.4f}}")
    model.eval()


if __name__ == "__main__":
    if len(sys.argv) not in (2, 3) or not sys.argv[1].endswith(".npz"):
        sys.exit(f"usage: python {{sys.argv[0]}} DATA.npz [WEIGHTS.safetensors]")
    with np.load(sys.argv[1], allow_pickle=False) as archive:
        data = dict(archive)
    model = {model}(nnx.Rngs({seed}))
    train(model, data)
    if len(sys.argv) == 3:
        save_weights(model, sys.argv[2])
'''.strip("\n")
