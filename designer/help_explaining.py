"""The help's page on seeing what a network has learnt, and why it decides as it does."""

EXPLAINING = """
<h2>Seeing and explaining</h2>
<p>The panels of <b>View &gt; Explain</b> ask the network while it trains, or a run that is over.
<b>Live</b> asks again and again while a training runs, and takes about a hundredth of its time.
<h3>Inside of a node</h3>
<p>Select a node: the <b>Activations</b> panel shows its output, filters, attention heads, states,
gates or weights. Point at a cell, or go with the arrow keys; click a map or press Return to enlarge
it, Escape to go back. What a unit of a feature map sees is outlined in the picture. <b>All</b>
chooses which samples are gone through (by class, or the worst predicted first), and opens a
picture,
a table row or a text of your own.
<h3>Attribution</h3>
<p>Which parts of a sample a prediction rests on. Red speaks for the class, blue against it. Each
method names its paper. Integrated gradients and Shapley values add up to the difference of the
score
from that of their baseline, and tell by how much they miss it. To compare two runs, choose Compare
with this map, kept, then show the other run in Runs.
<p><b>Meaningful?</b> draws the weights anew: a map that stays the same says nothing of what was
learnt (a rank correlation below 0.5 is a good sign). It then takes the marked parts away, strongest
first: the score should fall faster than in 19 random orders. <b>Nearest</b> shows the training
samples that the network finds most alike.
<h3>Evaluation</h3>
<p>Choose the split and a column to group by; click a cell of the confusion matrix to list its
samples. The disk icon saves all of it as one HTML file. <b>Robustness</b> adds noise and attacks
(FGSM, PGD).
<h3>Through time</h3>
<p>Drag the slider below the curves, or press Left and Right on it, to look at an earlier step of
the
run in every view; Live returns. A run keeps the weights of up to 40 steps. <b>Curves</b> chooses
smoothing, the axis, and another run to draw beside it. <b>Layers over time</b> maps the gradients,
updates, weights and outputs of each layer, and says where gradients vanish or explode.
<h3>Portraits</h3>
<p><b>Histograms</b> of the weights and outputs of a node; the <b>projection</b> of samples to a
plane
(click one to see it in all views); the <b>decision boundary</b> over two features, the others at
their mean; and <b>generated samples</b> of designs that make some.
<h3>Walk-through</h3>
<p>One training step, number by number, with the formulas filled in. In the list Left and Right go
from moment to moment, Home and End to the first and last, Space plays, Return does the step,
Backspace begins again. Nothing in the design or the training changes; a training has to be paused.
Layers of more than 8 units show shapes and norms.
<h3>Without a window</h3>
<p><code>layerloom explain FILE.loom --method integrated_gradients --index 5 -o map.png</code><br>
<code>layerloom evaluate FILE.loom --report report.html --slice COLUMN --robustness</code>
"""
