"""Four kinds of import contract that import-linter does not bring: see .importlinter."""

import sys
from collections.abc import Iterable, Iterator
from typing import ClassVar

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output
from importlinter.contracts.layers import Layer, LayersContract


class StandardLibraryOnly(Contract):
    """Modules under ``package`` import the standard library and one another."""

    type_name: ClassVar[str] = "standard_library_only"
    package = fields.StringField()

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        package = str(self.package)
        return _checked(
            f"{importer} imports {imported}"
            for importer, imported in _direct_imports(graph)
            if _within(importer, package)
            and not _within(imported, package)
            and imported.partition(".")[0] not in sys.stdlib_module_names
        )

    def render_broken_contract(self, check: ContractCheck) -> None:
        _render(check)


class LibraryAtHome(Contract):
    """Libraries are imported by the modules under ``homes`` and by no other of ours, directly or within a function."""

    type_name: ClassVar[str] = "library_at_home"
    libraries = fields.SetField(subfield=fields.StringField())
    homes = fields.SetField(subfield=fields.StringField())

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        homes = {str(home) for home in self.homes}  # type: ignore[attr-defined]
        libraries = {str(library) for library in self.libraries}  # type: ignore[attr-defined]
        absent = sorted(home for home in homes if home not in graph.modules)
        found = (
            f"{importer} imports {imported}"
            for importer, imported in _direct_imports(graph)
            if any(_within(imported, library) for library in libraries)
            and not any(_within(importer, home) for home in homes)
        )
        return _checked([*(f"{home} is named as a home but does not exist" for home in absent), *found])

    def render_broken_contract(self, check: ContractCheck) -> None:
        _render(check)


class LayersOfEveryModule(LayersContract):
    """Layers in which each module right under ``package`` has its place, so that none is left out of sight."""

    type_name = "layers_of_every_module"
    package = fields.StringField()

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        package = str(self.package)
        layers: Iterable[Layer] = self.layers  # type: ignore[assignment]
        named = {tail.name for layer in layers for tail in layer.module_tails}
        unplaced = sorted({each for each in graph.modules if each.rpartition(".")[0] == package} - named)
        return (
            _checked([f"{each} stands in no layer" for each in unplaced]) if unplaced else super().check(graph, verbose)
        )

    def render_broken_contract(self, check: ContractCheck) -> None:
        if "faults" in check.metadata:
            _render(check)
        else:
            super().render_broken_contract(check)


class NoCircles(Contract):
    """No module of ours imports itself through others, not even within a function or for types alone."""

    type_name: ClassVar[str] = "no_circles"

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        found = circles(_direct_imports(graph))
        return _checked(f"{importer} imports {imported}, in a circle" for importer, imported in found)

    def render_broken_contract(self, check: ContractCheck) -> None:
        _render(check)


def circles(imports: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """The (importer, imported) pairs left when whoever imports nothing, or is imported by nothing, is taken away.

    Empty exactly when there is no circle; what only leads from one circle to another remains too.
    """
    left = sorted(imports)
    while True:
        importers, imported = {each for each, _ in left}, {each for _, each in left}
        kept = [pair for pair in left if pair[0] in imported and pair[1] in importers]
        if kept == left:
            return left
        left = kept


def _direct_imports(graph: ImportGraph) -> Iterator[tuple[str, str]]:
    for importer in sorted(graph.modules):
        for imported in sorted(graph.find_modules_directly_imported_by(importer)):
            yield importer, imported


def _within(module: str, package: str) -> bool:
    return module == package or module.startswith(package + ".")


def _checked(found: Iterator[str] | list[str]) -> ContractCheck:
    faults = list(found)
    return ContractCheck(kept=not faults, metadata={"faults": faults})


def _render(check: ContractCheck) -> None:
    for fault in check.metadata["faults"]:
        output.print_error(fault)
