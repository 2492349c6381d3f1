"""The texts of the help's own pages; those of the blocks are made from their classes."""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.expression import FUNCTIONS, OPERATORS, VARIABLES
from designer.help_explaining import EXPLAINING, WATCHING

BEGIN = """
<h2>How to begin</h2>
<ol>
<li><b>Choose data</b> (Ctrl+B): built-in data, a CSV file, a NumPy archive or a folder of images.
<li><b>Drag blocks</b> from the palette onto the canvas: an Input, some layers, a Target and a loss.
<li><b>Wire them</b>: drag from the dot on a node's right side to a dot on another's left side.
The shapes show at once; the problems list says what is missing and how to mend it.
<li><b>Press Train</b> (F5) and watch the loss fall. Select a node to see what it computes for the
sample; the saliency view shows which inputs the prediction depends on.
<li><b>Save</b> (Ctrl+S). The same file trains without a window:
<code>layerloom train FILE.loom</code>
</ol>
"""
GROUPS = """
<h2>Groups</h2>
<p>Select nodes and press Ctrl+G: they become one block with the ports they need. Double-click it,
or press Ctrl+Return, to see and edit its inside; the line above the canvas leads back out. All uses
of a group change together; Make single gives one use a copy for itself. In the inspector a use can
be repeated, take the weights of another use, and set what was exposed by Expose parameters inside
the group. Add to my blocks keeps a group for other designs.
<p>The palette's <b>Ready groups</b> are such groups, made already: transformer layers, residual
blocks and others. Once on the canvas they can be entered and changed like your own.
"""
TRAINING = """
<h2>Training</h2>
<p><b>Train</b> (F5) begins a run, <b>Pause</b> (F6) waits, <b>Step once</b> (F8) then does one step
and shows it, <b>Stop</b> (Shift+F5) ends the run and keeps it, <b>Resume</b> (F7) goes on.
<h3>Recipe</h3>
<p>The curve under Schedule shows the learning rate over the epochs, on a logarithmic scale where it
falls far. Type the beginning of a name in the Optimizer field to choose it.
<b>Train &gt; Find learning rate</b> trains some steps with a rising rate; take it where the loss
falls fastest. While a run goes on, its rate can be typed over, halved or doubled below the curves;
the recipe stays as it was. <b>Patience</b> stops a run that no longer gets better and keeps its
best weights.
<h3>Stages and turns</h3>
<p>In a <b>stage</b> only some losses count and only some nodes learn; each begins the schedule and
the optimizer anew. In the list of stages Ins adds, Del removes, Alt+Up and Alt+Down move. A loss'
<b>Trains</b> (under Advanced in the inspector) says which nodes and groups it changes: losses that
train different ones take turns, as the two sides of a GAN do. <b>Labelled rows</b> and
<b>Teacher</b> (under Advanced in the data panel) leave labels out, and let another run teach.
<h3>Layers</h3>
<p>The Layers panel shows how each layer learns. A gradient under a millionth of that of the layer
nearest the loss vanishes; one over a thousand times as large explodes. From half of its units dead,
a layer is doubtful; steps that change over a tenth of its weights are too fast.
<h3>Runs</h3>
<p>Ctrl+R lists every training of this project. F2 names a run, Shift+F2 edits its tags, Del deletes
it. Select several and press Compare to see their curves together, and in what two of them differ.
Restore design brings back what a run trained; undo takes that back.
<p><b>Train &gt; Cross-validate</b>: each part of the data is judged once by a network that learnt
from the others; the test split stays apart.
<h3>Playing</h3>
<p>Data may be an environment. An epoch is then a number of updates, and for each the network plays
whole games. Wire the scores of the actions, and Targets for action and return, to a Policy
gradient; a Mean squared error on the return trains a baseline. If a policy settles too early, raise
its entropy bonus.
<h3>Without a window</h3>
<p><code>layerloom train FILE.loom --resume</code><br>
<code>layerloom find-rate FILE.loom</code><br>
<code>layerloom cross-validate FILE.loom --folds 5</code><br>
<code>layerloom runs FILE.loom compare A B</code>
"""
CODE = """
<h2>Code, ONNX and weights</h2>
<h3>Code</h3>
<p><b>View &gt; Code</b> (Ctrl+U) shows the design as Flax code while you draw it. The lines of the
selected nodes are marked, and a click on a line selects its node. <b>File &gt; Export code</b>
writes the same file. It needs jax, flax, optax and numpy, nothing of Layerloom, and computes
what training here computes.
<p><b>File &gt; Export weights</b> writes the weights of the last run as safetensors, named as in
that code: <code>load_weights(model, "FILE.safetensors")</code> reads them.
<h3>ONNX out</h3>
<p><b>File &gt; Export to ONNX</b> writes network and weights for other programs. What ONNX cannot
express is listed before anything is written. Images are <code>[B, H, W, C]</code> here, channels
last. Programs made for models of PyTorch want them <b>channels first</b>,
<code>[B, C, H, W]</code>: choose that in the file dialog's list of types.
<h3>Models in</h3>
<p><b>File &gt; Import</b> (Ctrl+Shift+I) makes a project of an ONNX model or a Keras
<code>.keras</code> file: its layers become blocks, laid out, and its weights a run that training
starts from. An operator that no block
computes is kept in its place as an unknown block, and a report leads to it. Then choose data, and
add a Target and a loss, to train it further.
<h3>Start from weights</h3>
<p><b>Train &gt; Start from weights</b> takes what a run or a safetensors file has learnt, where
names and shapes match, and shows what fits before you agree. The recipe keeps the choice.
<b>Edit &gt; Freeze</b> (Ctrl+Shift+F) leaves the weights of the selected nodes as they are;
pressed again, it lets them learn. The dialog can freeze all layers that were taken whole.
<h3>Without a window</h3>
<p><code>layerloom export FILE.loom -o OUT.py</code>, <code>.onnx</code> or
<code>.safetensors</code><br>
<code>layerloom import MODEL.onnx -o FILE.loom</code><br>
<code>layerloom train FILE.loom --weights RUN</code>, or a safetensors file
"""
PLUGINS = """
<h2>Plugins</h2>
<p>A plugin is a Python package with blocks of its own. Install it with pip into the environment
that Layerloom runs in, then enable it under <b>Edit &gt; Plugins</b> and start Layerloom again.
Its blocks are then in the palette, the search, this help, files and the command line. Without a
window:<br>
<code>layerloom plugins --enable NAME</code>
<p>Enabling a plugin lets its code run, so enable only what you trust; before that nothing of it is
loaded. A design with blocks of a missing plugin still opens, says which plugin it wants, and is
saved unharmed.
<p><b>docs/PLUGINS.md</b> goes through writing one: a class with its parameters, shape rule and
layer is all it takes.
"""
EXAMPLES: Mapping[str, str] = {
    "x * sigmoid(1.702 * x)": "a fast GELU",
    "where(x > 0, x, 0.1 * x)": "leaky ReLU",
    "clip(x, -1, 1)": "cut off at -1 and 1",
    "x / (1 + max(abs(x), -1, keepdims=True))": "scaled by the largest feature",
    "x * softmax(y)": "weighted by a second input",
    "x[..., 0] - x[..., 1]": "the first feature less the second",
}
_FORMS: Mapping[str, tuple[str, int]] = {
    "Of one array": ("each", 1),
    "Of two": ("each", 2),
    "Of three": ("each", 3),
    "Over axes": ("reduction", 1),
    "Along one axis": ("along", 1),
}


@dataclass(frozen=True)
class Page:
    """A page that is no block's: its title in the index, its text, and words that find it."""

    title: str
    text: Callable[[], str]
    keywords: str


def formulas() -> str:
    """The page on what Lambda blocks understand, from the tables that read them."""
    rows = {"Inputs": VARIABLES, "Operators": OPERATORS}
    for title, form in _FORMS.items():
        rows[title] = tuple(n for n, f in FUNCTIONS.items() if (f.form, f.count) == form)
    table = "".join(
        f"<tr><td><b>{title}</b>&nbsp;&nbsp;</td><td>{_code('  '.join(words))}</td></tr>"
        for title, words in rows.items()
    )
    examples = "".join(
        f"<tr><td>{_code(text)}&nbsp;&nbsp;</td><td>{html.escape(what)}</td></tr>"
        for text, what in EXAMPLES.items()
    )
    return f"""
<h2>Formulas</h2>
<p>The <b>Lambda</b> block computes a formula that you type into the inspector. It is read into the
parts below and never run as code, so a file cannot do anything else with it. A mistake is told with
its place while you type.
<table cellpadding='3'>{table}</table>
<p>All work element by element, except: those <i>over axes</i> work over all axes of a sample, or
those of <code>axis=</code>, and take <code>keepdims=True</code>; those <i>along one axis</i> go
along the last, or <code>axis=</code>. Axis 0 is the batch. <code>x[..., 0]</code> takes one feature
and <code>x[..., 1:3]</code> several. A comparison is 1 or 0;
<code>where</code> takes a comparison, what is taken where it holds, and what elsewhere.
<h3>For example</h3>
<table cellpadding='3'>{examples}</table>
"""


PAGES: Mapping[str, Page] = {
    "begin": Page("How to begin", lambda: BEGIN + GROUPS, "start groups data train save"),
    "training": Page(
        "Training",
        lambda: TRAINING,
        "recipe optimizer schedule learning rate stages gan runs compare cross-validation layers "
        "vanishing exploding resume early stopping reinforcement environment",
    ),
    "watching": Page(
        "Watching it learn",
        lambda: WATCHING,
        "live views budget replay slider histogram projection pca t-sne umap boundary generated "
        "walk-through backpropagation vanishing exploding",
    ),
    "explaining": Page(
        "Why it decides so",
        lambda: EXPLAINING,
        "saliency attribution heat map shap lime grad-cam confusion calibration report roc "
        "fairness own sample filters receptive field",
    ),
    "code": Page(
        "Code, ONNX and weights",
        lambda: CODE,
        "python export import flax safetensors transfer freeze frozen channels first pytorch",
    ),
    "formulas": Page(
        "Formulas", formulas, "lambda expression function operator " + " ".join(FUNCTIONS)
    ),
    "plugins": Page("Plugins", lambda: PLUGINS, "package install own blocks enable"),
}


def _code(text: str) -> str:
    return f"<code>{html.escape(text).replace('  ', '&nbsp; ')}</code>"
