"""Handing checkpoints to whoever keeps them elsewhere: an adapter for each kind of witness, chosen by data (WITNESSES).

A witness that is away or refuses holds back nothing: it raises an alarm (R5).
"""
