"""Charts: pure functions from numbers to a finding, a drawing and a table.

chart                 what a chart is, and where its points lead
bars                  intervals and counts for the rows of tables, and all models in one picture
svg, labels           pieces of drawings; names beside points
abilities, radar      score by ability, as interval bars or around a circle
frontier, against     who is beaten by nobody; score against a quantity
worth                 score against cost, price and speed
twins                 public question against hidden twin
days                  change over time
item_map              every question by difficulty and discrimination
timeline              time across, powers of ten up the side
dense, foretold       density over time, score against size; prices falling, dates for devices
rungs                 a ladder's points and prediction, and its curves while it runs
gallery               all of them, in order
"""
