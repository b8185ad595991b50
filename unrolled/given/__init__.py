"""What earlier chapters taught, ready to use: ``from unrolled.given.strides import im2col``.

Each module is named after the chapter that teaches its functions, and works otherwise than that chapter's questions
ask. The grader shows a submission only the modules that its chapter names, which are those of earlier chapters.
"""
