"""Finite arithmetic for the constructions: fields of every prime power order, and products of them."""

from functools import lru_cache
from itertools import product

import numpy as np
from numpy.typing import NDArray

__all__ = ["Field", "Ring", "field_of", "prime_powers", "ring_of"]

Ints = NDArray[np.int64]


def prime_powers(number: int) -> list[tuple[int, int]]:
    """The prime powers that a number from 1 up is the product of: 20 is [(2, 2), (5, 1)]."""
    found = []
    divisor = 2
    while number > 1:
        exponent = 0
        while number % divisor == 0:
            number //= divisor
            exponent += 1
        if exponent:
            found.append((divisor, exponent))
        divisor = divisor + 1 if divisor * divisor <= number else max(number, divisor + 1)
    return found


class Field:
    """The field with q = p ** k elements, written as the numbers 0 to q - 1 (base p: the polynomial's digits)."""

    def __init__(self, p: int, k: int) -> None:
        self.q: int = p**k
        self._p = p
        self._weights: Ints = p ** np.arange(k, dtype=np.int64)
        self._digits: Ints = np.arange(self.q)[:, None] // self._weights % p
        self._powers = self._powers_of_root(k)
        self._logs = {element: log for log, element in enumerate(self._powers)}

    def _powers_of_root(self, k: int) -> list[int]:
        """The powers 0 to q - 2 of a primitive element: of x, for the first polynomial that makes it primitive."""
        if k == 1:
            for root in range(1, self.q):
                found = [pow(root, log, self.q) for log in range(self.q - 1)]
                if len(set(found)) == self.q - 1:
                    return found
        for low in product(range(self._p), repeat=k):
            found, element = [], [1] + [0] * (k - 1)
            seen = set()
            while (number := sum(digit * self._p**place for place, digit in enumerate(element))) not in seen:
                seen.add(number)
                found.append(number)
                top = element[-1]
                element = [(digit + top * more) % self._p for digit, more in zip([0, *element[:-1]], low, strict=True)]
            if len(found) == self.q - 1 and 0 not in seen:
                return found
        raise AssertionError(f"every prime power has a primitive polynomial, {self.q} has none")

    def mul(self, a: int, b: int) -> int:
        """The product of two elements."""
        return self._powers[(self._logs[a] + self._logs[b]) % (self.q - 1)] if a and b else 0

    def shifted(self, by: int) -> Ints:
        """Every element plus `by`, in the order of the elements."""
        sums: Ints = (self._digits + self._digits[by]) % self._p @ self._weights
        return sums

    def add(self, a: int, b: int) -> int:
        """The sum of two elements."""
        return int(self.shifted(b).item(a))

    def power(self, log: int) -> int:
        """A power of the primitive element."""
        return self._powers[log % (self.q - 1)]

    def log(self, a: int) -> int:
        """The power of the primitive element that a is; a is not 0."""
        return self._logs[a]


class Ring:
    """A product of fields, its elements numbered 0 to g - 1; in a set of `units`, all differences are invertible."""

    def __init__(self, g: int) -> None:
        self.fields = [field_of(p, k) for p, k in prime_powers(g)]
        self.units = min((field.q for field in self.fields), default=1)
        self._sizes = [field.q for field in self.fields]

    def _parts(self, element: int) -> list[int]:
        parts = []
        for size in self._sizes:
            element, part = divmod(element, size)
            parts.append(part)
        return parts

    def _joined(self, parts: list[Ints]) -> Ints:
        whole = parts[-1]
        for part, size in zip(parts[-2::-1], self._sizes[-2::-1], strict=True):
            whole = (whole[:, None] * size + part[None, :]).ravel()
        return whole

    def diagonal(self, number: int) -> int:
        """Elements 0 to units - 1 of a set whose differences are invertible."""
        step, element = 1, 0
        for size in self._sizes:
            element += number * step
            step *= size
        return element

    def shifted(self, unit: int, other: int) -> Ints:
        """Every element plus the product of two elements."""
        products = [
            field.mul(a, b) for field, a, b in zip(self.fields, self._parts(unit), self._parts(other), strict=True)
        ]
        return self._joined([field.shifted(by) for field, by in zip(self.fields, products, strict=True)])


@lru_cache(maxsize=64)
def field_of(p: int, k: int) -> Field:
    """The field with p ** k elements; p is a prime."""
    return Field(p, k)


@lru_cache(maxsize=64)
def ring_of(g: int) -> Ring:
    """The product of fields with g elements; g is 2 or more."""
    return Ring(g)
