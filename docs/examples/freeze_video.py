"""The simplest video model: it stands still. `python freeze_video.py GIVEN OUT`

It shows what `mingan world ask` expects of a program: read the clip that is given, write 3 seconds
of continuation. Put your own model in its place.
"""

import sys

import cv2

given, out = sys.argv[1:]
source = cv2.VideoCapture(given)
fps = source.get(cv2.CAP_PROP_FPS)
last = None
while True:
    ok, frame = source.read()
    if not ok:
        break
    last = frame

height, width = last.shape[:2]
target = cv2.VideoWriter(out, cv2.VideoWriter_fourcc(*"mp4v"), fps, (width, height))
for _ in range(round(3 * fps)):
    target.write(last)
target.release()
