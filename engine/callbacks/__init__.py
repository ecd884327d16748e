"""Callbacks: what a caller wants done while a model trains, evaluates or predicts."""

from typing import TYPE_CHECKING

from engine.callbacks.backup_and_restore import BackupAndRestore
from engine.callbacks.callback import Callback
from engine.callbacks.callback_list import CallbackList
from engine.callbacks.csv_logger import CSVLogger
from engine.callbacks.early_stopping import EarlyStopping
from engine.callbacks.history import History
from engine.callbacks.lambda_callback import LambdaCallback
from engine.callbacks.learning_rate_scheduler import LearningRateScheduler
from engine.callbacks.model_checkpoint import ModelCheckpoint
from engine.callbacks.progbar_logger import ProgbarLogger
from engine.callbacks.progress_bar import ProgressBar
from engine.callbacks.reduce_lr_on_plateau import ReduceLROnPlateau
from engine.callbacks.tensorboard import TensorBoard
from engine.callbacks.terminate_on_nan import TerminateOnNaN
from engine.checks.absent import absent

__all__ = [
    "BackupAndRestore",
    "CSVLogger",
    "Callback",
    "CallbackList",
    "EarlyStopping",
    "History",
    "LambdaCallback",
    "LearningRateScheduler",
    "ModelCheckpoint",
    "ProgbarLogger",
    "ProgressBar",
    "ReduceLROnPlateau",
    "TensorBoard",
    "TerminateOnNaN",
]


if not TYPE_CHECKING:  # type checkers then refuse what is not there
    __getattr__ = absent(__name__, __all__)


def __dir__() -> list[str]:
    return __all__
