"""The survival-behaviour model (QD 14c): how likely is somebody alive who leaves such life signs. Off by default.

It never ends a benefit. The one shipped is trained on simulated data (docs/decisions/104).
"""
