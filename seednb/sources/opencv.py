"""OpenCV's generator, behind `cv2.randu`, `cv2.randn`, `cv2.randShuffle` and `cv2.kmeans`."""

from __future__ import annotations

import sys

from seednb.sources.base import SetOnlySource, signed


class OpencvSource(SetOnlySource):
    """What `cv2.setRNGSeed` controls, in the main thread; it takes a C int."""

    name = "opencv"
    module = "cv2"
    per_thread = True

    def seed(self, seed: int) -> None:
        sys.modules[self.module].setRNGSeed(signed(seed))
