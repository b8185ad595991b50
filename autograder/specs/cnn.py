"""Questions of the chapter ``cnn``: a network of layers, trained until it reads digits that it has never seen."""

from autograder.draws import cnn as draw
from autograder.mistakes import cnn as wrong
from autograder.questions import (
    FunctionQuestion,
    HuntQuestion,
    LayerQuestion,
    Mistake,
    Spec,
    TestsQuestion,
    TrainedQuestion,
    ValueQuestion,
)
from solutions import cnn, digits, training
from unrolled.digits import training as training_digits

UNTRAINED = "All biases are 0, as before the first step. Do the layers hold new weights after a step?"
DIVERGED = "Print the loss of each step. If it grows until it is nan: how large are the steps?"

SPEC = Spec(
    stem="cnn",
    questions=(
        ValueQuestion(
            id="learned",
            title="How many numbers to learn",
            points=1,
            section="A network is a list of layers",
            answer=training.learned,
            mistakes=(
                Mistake("no-biases", [360, 432, 288], "Those are the weights. Which other numbers does a layer learn?"),
                Mistake(
                    "one-channel",
                    [128, 60, 292],
                    "Your kernels see one channel. How many channels go into each convolution?",
                ),
                Mistake(
                    "size-kept",
                    [368, 438, 724],
                    "The linear layer has too many weights. Does the second convolution pad?",
                ),
                Mistake(
                    "not-pooled",
                    [368, 438, 1924],
                    "The linear layer has too many weights. How large are the images after pooling?",
                ),
            ),
        ),
        LayerQuestion(
            id="Network",
            title="A network",
            points=4,
            section="A network is a list of layers",
            reference=digits.Network,
            cases=draw.networks,
            gradients=("grad_conv_weight", "grad_conv_bias", "grad_linear_weight", "grad_linear_bias"),
            groups={
                "y": 1,
                "grad_x": 1,
                "grad_conv_weight": 0.5,
                "grad_conv_bias": 0.5,
                "grad_linear_weight": 0.5,
                "grad_linear_bias": 0.5,
            },
            mistakes=(
                Mistake(
                    "relu-not-on-the-way-back",
                    wrong.NetworkReluForgottenBack,
                    "Behind the pooling your gradient goes straight to the convolution. Which layer lies between?",
                ),
                Mistake(
                    "without-relu",
                    wrong.NetworkWithoutRelu,
                    "What happens to a negative number between convolution and pooling?",
                ),
                Mistake(
                    "accumulating",
                    wrong.NetworkAccumulating,
                    "The second round holds the first one's gradients as well. Should a new backward pass add?",
                    "PyTorch without zero_grad",
                ),
                Mistake(
                    "averaging",
                    wrong.NetworkAveraging,
                    "Your gradients are too small, by the number of images. Who divides by it: a layer, or the loss?",
                ),
                Mistake(
                    "channels-last",
                    wrong.NetworkChannelsLast,
                    "Your scores have the right shape. In which order do (f, h, w) lie in a row?",
                ),
                Mistake(
                    "relu-at-the-end",
                    wrong.NetworkReluAtTheEnd,
                    "None of your scores is negative. What should a score be able to say?",
                ),
            ),
        ),
        FunctionQuestion(
            id="he_scaled",
            title="The first weights",
            points=2,
            section="Where weights begin",
            reference=training.he_scaled,
            cases=draw.noises,
            mistakes=(
                Mistake(
                    "outputs",
                    wrong.scaled_by_outputs,
                    "You count the outputs that one input reaches. How many inputs does one output add up?",
                ),
                Mistake(
                    "kernel-left-out",
                    wrong.scaled_by_channels,
                    "For linear layers you are right. How many numbers does one output of a convolution add up?",
                ),
                Mistake(
                    "without-relu",
                    wrong.scaled_without_two,
                    "Your numbers keep their spread without ReLU. What does ReLU do to the mean of the squares?",
                    "LeCun's older rule; that of Glorot and Bengio averages inputs and outputs",
                ),
                Mistake(
                    "variance",
                    wrong.scaled_by_variance,
                    "You multiply by the variance. What does multiplying by a do to a variance?",
                ),
                Mistake(
                    "float64",
                    wrong.scaled_by_numpy_float,
                    "The numbers are right, the dtype is not: which dtype has float32 times what np.sqrt returns?",
                ),
            ),
        ),
        FunctionQuestion(
            id="momentum_steps",
            title="Downhill with momentum",
            points=3,
            section="Downhill, with momentum",
            reference=training.momentum_steps,
            cases=draw.descents,
            mistakes=(
                Mistake(
                    "no-momentum",
                    wrong.steps_without_momentum,
                    "Without momentum you are right. What is left of the step before?",
                ),
                Mistake(
                    "rate-in-velocity",
                    wrong.steps_rate_in_velocity,
                    "While the rate stays the same you are right. When the rate falls, does the old velocity fall too?",
                    "the two forms that PyTorch's documentation of SGD compares",
                ),
                Mistake(
                    "averaged",
                    wrong.steps_averaged,
                    "Already your first step is too short. By which factor?",
                    "the running mean of gradients that Adam keeps",
                ),
                Mistake(
                    "looking-ahead",
                    wrong.steps_looking_ahead,
                    "Your first step is too long. Does the gradient go into a step once or twice?",
                    "Nesterov's form",
                ),
                Mistake(
                    "uphill", wrong.steps_uphill, "The gradient points to where the loss grows. Which way do you go?"
                ),
                Mistake(
                    "in-place",
                    wrong.steps_in_place,
                    "Whose array does weight -= … write into?",
                ),
            ),
        ),
        TrainedQuestion(
            id="by_heart",
            title="One batch by heart",
            points=2,
            section="One batch by heart",
            reference=digits.by_heart,
            data=training_digits,
            network=draw.network,
            shapes=draw.SHAPES,
            shown=draw.relabelled,
            unseen=draw.relabelled,
            thresholds={0.8: 1, 1.0: 2},
            mistakes=(
                Mistake("untrained", wrong.by_heart_never, UNTRAINED),
                Mistake("diverged", wrong.by_heart_diverged, DIVERGED),
                Mistake(
                    "too-little",
                    wrong.by_heart_few_steps,
                    "Is the loss near 0 at the end, and are these the labels of images 20 to 39?",
                ),
            ),
        ),
        TestsQuestion(
            id="test_split",
            title="Is nothing held out twice?",
            points=3,
            section="Images that it has never seen",
            reference=training.test_split,
            right=wrong.split_right,
            valid=wrong.split_valid,
            visible=3,
            hint="A right version may give any order, and two seeds may agree on few images. Do you allow both?",
            versions=(
                Mistake(
                    "sharing-one",
                    wrong.split_sharing_one,
                    "A version with one image in both parts passes your test. What can you ask of both parts together?",
                ),
                Mistake(
                    "losing-one",
                    wrong.split_losing_one,
                    "A version that leaves one image out passes your test. What can you ask of both parts together?",
                ),
                Mistake(
                    "at-the-end",
                    wrong.split_at_the_end,
                    "A version that always holds out the last images passes your test. What must differ by seed?",
                ),
                Mistake(
                    "swapped",
                    wrong.split_swapped,
                    "A version that returns the parts the other way round passes your test. How long is each?",
                ),
                Mistake(
                    "with-repeats",
                    wrong.split_with_repeats,
                    "A version that holds one image out twice passes your test. How many different ones are there?",
                ),
                Mistake(
                    "without-seed",
                    wrong.split_without_seed,
                    "A version that splits otherwise each time passes your test. What should one seed give, twice?",
                ),
            ),
            mistakes=(
                Mistake("rejects-right", wrong.test_of_order, ""),
                Mistake("sharing-one", wrong.test_lengths_only, ""),
                Mistake("losing-one", wrong.test_nothing_shared, ""),
                Mistake("at-the-end", wrong.test_one_seed, ""),
                Mistake("without-seed", wrong.test_both_parts, ""),
            ),
        ),
        FunctionQuestion(
            id="dealt",
            title="Minibatches",
            points=2,
            section="Minibatches and epochs",
            reference=training.dealt,
            cases=draw.orders,
            mistakes=(
                Mistake(
                    "rest-dropped",
                    wrong.dealt_without_rest,
                    "Where the batch size divides the number of images you are right. What becomes of the others?",
                ),
                Mistake(
                    "order-ignored",
                    wrong.dealt_in_order,
                    "Your minibatches are 0, 1, 2, … Which images did the order put there?",
                ),
                Mistake("overlapping", wrong.dealt_overlapping, "How often is an image dealt out in one epoch?"),
                Mistake(
                    "evened-out",
                    wrong.dealt_evenly,
                    "Your number of minibatches is right. How long is each but the last?",
                    "numpy.array_split",
                ),
                Mistake("number-for-size", wrong.dealt_into, "Is batch the number of minibatches, or their size?"),
            ),
        ),
        HuntQuestion(
            id="best_weights",
            title="The best that was thrown away",
            points=4,
            section="Keep the best",
            reference=training.best_weights,
            oracle=wrong.best_oracle,
            published=wrong.best_published,
            exposing=training.exposing,
            cases=draw.moments,
            mistakes=(
                Mistake(
                    "unchanged",
                    wrong.best_published,
                    "best and weight name one array. What does weight -= step do to best?",
                    "pytorch/tutorials#188, PyPOTS#667",
                ),
                Mistake(
                    "before-the-step",
                    wrong.best_before_the_step,
                    "An accuracy was measured after a step. Which weight do you keep?",
                ),
                Mistake(
                    "last-of-equals",
                    wrong.best_of_equals_the_last,
                    "When two moments are equally good, which one is asked for?",
                ),
                Mistake(
                    "better-than-nothing",
                    wrong.best_from_zero,
                    "What do you return if nothing was ever right?",
                ),
            ),
        ),
        FunctionQuestion(
            id="confusion_matrix",
            title="Which digits are confused",
            points=2,
            section="What it confuses",
            reference=cnn.confusion_matrix,
            cases=draw.answers,
            mistakes=(
                Mistake(
                    "counted-once",
                    wrong.confusion_once,
                    "Nothing in your matrix is more than 1. What does matrix[i, j] += 1 do with a pair named twice?",
                    "the documentation of NumPy's ufunc.at",
                ),
                Mistake("turned", wrong.confusion_turned, "Rows are true classes. Which index comes first?"),
                Mistake(
                    "only-what-occurs",
                    wrong.confusion_of_those_that_occur,
                    "How many rows are there for a class that no image shows?",
                ),
                Mistake(
                    "no-diagonal",
                    wrong.confusion_without_diagonal,
                    "Where are the right answers?",
                ),
                Mistake(
                    "float64",
                    wrong.confusion_as_floats,
                    "The numbers are right. Which dtype do counts have?",
                ),
            ),
        ),
        TrainedQuestion(
            id="weights",
            title="Digits that nobody has shown",
            points=6,
            section="Your own network",
            reference=digits.trained_weights,
            data=training_digits,
            network=draw.network,
            shapes=draw.SHAPES,
            shown=draw.shown_digits,
            unseen=draw.unseen_digits,
            thresholds={0.9: 3, 0.95: 5, 0.97: 6},
            mistakes=(
                Mistake("untrained", wrong.never_trained, UNTRAINED),
                Mistake("diverged", wrong.trained_with_a_huge_rate, DIVERGED),
                Mistake(
                    "shifted-labels",
                    wrong.trained_with_shifted_labels,
                    "The answers are off by the same number nearly always. Which labels did the loss get?",
                ),
                Mistake(
                    "scaled-otherwise",
                    wrong.trained_on_grey_values,
                    "On another scale your network reads better. From where to where do pixels go here?",
                ),
                Mistake(
                    "forgotten-classes",
                    wrong.trained_in_order_of_classes,
                    "Half of the digits are hardly ever answered. In which order did the network see them?",
                ),
                Mistake(
                    "too-little",
                    wrong.trained_on_one_batch,
                    "How many different images has the network seen, how often each, and does the loss still fall?",
                ),
            ),
        ),
    ),
)
