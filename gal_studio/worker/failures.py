"""Why a job failed, in one sentence."""


def unforeseen(error: Exception) -> str:
    """Of an error that no code has a sentence for: a lack of memory, which comes from anywhere, or a bug."""
    from gal_studio.engine.memory.plan import is_out_of_memory  # imports torch, as the job has

    if is_out_of_memory(error):
        return (
            "There is not enough memory for the models of this job: close other programs that use it, then "
            "press Resume, or choose a smaller model."
        )
    return f"The job failed because of a bug in GAL Studio ({type(error).__name__}): the log has the details."
