"""Readers of pictures that go wrong, for the child process to import."""

import os
import time


def hang(picture: bytes) -> str:
    time.sleep(600)
    return ""


def crash(picture: bytes) -> str:
    os.abort()


def hungry(picture: bytes) -> str:
    return str(len(bytearray(8 * 2**30)))


def chatter(picture: bytes) -> str:
    return "字" * 5000


def blind(picture: bytes) -> str:
    return ""
