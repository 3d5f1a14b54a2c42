"""Writing under rules: poems, sentences and short texts whose form can be counted.

Which part of an answer is the text, what each rule asks, how Chinese characters sound, and the
grader that puts them together: one module each. No rule here knows whether a text is good.
"""
