"""What the compiled loop reads and writes: the plan of a fit.

All that a fit consists of stands in one array of integers: sizes, the addresses of the buffers, and
where the fit stands.  So a call costs next to nothing, and many fits are many rows of plans
(:mod:`engine.kernels.many`).  :mod:`engine.models.run` fills them.
"""

from __future__ import annotations

(
    # the batch at hand: where it begins
    X,
    Y,
    TARGETS,  # the labels as the loss sees them; the metrics see Y
    ROW_WEIGHTS,  # 0: none
    RATE,  # the size of the step
    LEARNING_RATE,  # the rate that it comes from, for the decay of the weights
    # the model's buffers
    FETCHED,  # the features of a batch
    WEIGHTS,
    GRADIENTS,
    OUTPUTS,
    DELTAS,
    SCALE,
    VALUES,
    SCRATCH,
    FACTORS,  # of the regularizers
    CONSTANTS,  # of layers without trained weights
    SEEDS,  # of the layers that draw: pairs of seed and count
    SQUARES,  # of a gradient that is clipped
    LENGTHS,  # of the gradients, squared
    STRIP,  # room for a strip of a matrix
    PACKED,  # room for a block of a matrix that is read many times
    BLOCK,  # room for a block of a result
    STRIP_32,  # addresses of functions: strips of a matrix product
    STRIP_16,
    STRIP_8,
    # the optimizer's
    SLOT_1,
    SLOT_2,
    SLOT_3,
    AVERAGE,  # of the weights over the steps
    HYPER,  # what its formula needs besides the size of the step
    # the fit's
    SUMS,
    HISTORY,
    THRESHOLDS,  # of the metrics, and what else their formulas need
    ASIDE,  # room for what a metric works out on the way
    HAS_EXPF,  # 1: the C library's exponential can be had for whole registers
    THREADS,  # how many TensorFlow would use, which cuts very long sums
    # the team's
    TEAM,  # how many threads run this fit
    MEMBER,  # which of them this plan belongs to
    BOARD,  # where they count their arrivals
    MEETINGS,  # how many there have been
    STRETCH,  # four numbers of an instruction within an instruction
    STRETCH_SIZE,
    STRETCH_FIELD,
    STRETCH_PLACE,
    # the rows to train on and to validate on, in the same order: where they begin, how many
    TRAIN_X,
    TRAIN_Y,
    TRAIN_TARGETS,
    TRAIN_WEIGHTS,
    TRAIN_ROWS,
    TRAIN_BATCH,
    TRAIN_MORE,  # 1: when these are done, others will follow in the same pass
    VALIDATION_X,
    VALIDATION_Y,
    VALIDATION_TARGETS,
    VALIDATION_WEIGHTS,
    VALIDATION_ROWS,
    VALIDATION_BATCH,
    VALIDATION_MORE,
    ORDER,  # of the rows to train on; 0: as they come
    FROM_X,  # where the rows are taken from before a fit among many; 0: they need not be
    FROM_Y,
    FROM_TARGETS,
    FROM_WEIGHTS,
    INPUTS,  # numbers in a row of features
    LABELS,  # numbers in a row of labels
    COLUMNS,  # numbers in the states of the loss and the metrics
    RATES,  # the sizes of the steps to come
    LEARNING_RATES,  # and their learning rates; 0: nobody reads them
    EPOCHS,
    STOP_AT_EPOCH_END,  # 1: return when an epoch is complete
    # where it stands
    EPOCH,
    PHASE,
    POSITION,
    STEPS_DONE,
    ITERATION,  # how many steps the optimizer had taken before the one at hand
    PLAN_LENGTH,
) = range(76)

TRAINING, VALIDATING = range(2)
