"""The help's pages on watching a network learn, and on why it decides as it does."""

EXPLAINING = """
<h2>Why it decides so</h2>
<p>The panels of View &gt; <b>Explain</b> ask the network while it trains, at any recorded step,
or when a run is over. <b>Live</b> asks again and again while a training runs.
<h3>Samples</h3>
<p>Activations, Saliency and Attribution choose a sample alike: by number, of one class only, or
the worst predicted first, by the design's own loss. <b>File of your own …</b> and <b>Text of your
own …</b> look at a picture, a table's row, an archive or a text that the network never saw.
<h3>Inside of a node</h3>
<p>Select a node: the <b>Activations</b> panel shows its output, filters, attention heads, states,
gates or weights. Point at a cell, or go with the arrow keys; click a map or press Return to
enlarge it, Escape to go back. What a unit of a feature map sees is outlined in the picture, as is
the patch that a token of a vision transformer stands for.
<h3>Attribution</h3>
<p>Which parts of a sample a prediction rests on. Red speaks for the class, blue against it. Each
method names its paper. Integrated gradients and Shapley values add up to the difference of the
score from that of their baseline, and tell by how much they miss it. An R² below 0.5 means that
LIME's map says little.
<p><b>Compare with another map</b> puts another method, class, run or step beside it, for the same
sample, read with that run's own preprocessing; the caption says if that run learned from it.
<p><b>Meaningful?</b> draws the weights anew: a map that stays the same says nothing of what was
learnt (a rank correlation below 0.5 is a good sign). It then takes the marked parts away,
strongest first: the score should fall faster than in 19 random orders. <b>Nearest</b> shows the
training samples that the network finds most alike.
<h3>Evaluation</h3>
<p>Choose the split and a column to group by; click a cell of the confusion matrix to list its
samples. The disk icon saves all of it as one HTML file. <b>Robustness</b> adds noise and attacks
(FGSM, PGD).
<h3>Without a window</h3>
<p><code>layerloom explain FILE.loom --method integrated_gradients --index 5 -o map.png</code>,
or <code>--input PICTURE</code> for a sample of your own<br>
<code>layerloom evaluate FILE.loom --report report.html --slice COLUMN --robustness</code>
"""

WATCHING = """
<h2>Watching it learn</h2>
<h3>Through time</h3>
<p>Drag the slider below the curves, or press Left and Right on it, to look at an earlier step of
the run in every view; Live returns. A run keeps the weights of up to 40 steps. <b>Curves</b>
chooses smoothing, the axis (epochs, steps or time), a log scale, and another run to draw beside
it. <b>Layers over time</b> maps the gradients, updates, weights and outputs of each layer, and
says where gradients vanish or explode.
<h3>What looking costs</h3>
<p>Views, surveys of the layers and live questions together take at most 3 % of a training's time;
what they took so far stands below the curves. View &gt; <b>Explain</b> &gt; <b>Time for
views</b>, or that button, sets another budget, from nothing to no limit, also while it trains.
What takes over a second is computed between the steps, with half of the time, and can be
cancelled.
<h3>Portraits</h3>
<p><b>Histograms</b> of the weights and outputs of a node; the <b>projection</b> of samples to a
plane (click one to see it in all views); the <b>decision boundary</b> over two features, the
others at their mean; and <b>generated samples</b> of designs that make some.
<h3>Walk-through</h3>
<p>One training step, number by number, with the formulas filled in. In the list Left and Right go
from moment to moment, Home and End to the first and last, Space plays, Return does the step,
Backspace begins again. Nothing in the design or the training changes; a training has to be
paused. Layers of more than 8 units show shapes and norms. <i>Two ReLUs by hand</i> and <i>Mazur's
backpropagation example</i>, among the examples, are small enough to be checked with a pencil:
their weights and their only row are given in the design.
"""
