"""The folder in which machine code is kept, and its entries.

An entry is a file of its own whose name says what it was made from, so that processes which compile the
same kernel at once write the same entry, and need no index to agree on.  It is complete or absent: it
appears under its name in one step, and a checksum guards it.
"""

import functools
import hashlib
import os
import sys
import tempfile
import uuid
from pathlib import Path

SUFFIX = ".nbc"
_N_VERSIONS_KEPT = 8  # of one kernel for the same types and machine; they differ in the source code
_N_CHECKSUM_BYTES = hashlib.sha256().digest_size


class Cache:
    """The machine code of one package.

    Parameters
    ----------
    folders : list of pathlib.Path
        Entries are read from all of them and written to the first that takes them, so that an installation
        which is read-only still profits from the entries that it came with.
    """

    def __init__(self, folders):
        self.folders = folders

    def read(self, name):
        """Return what was written under a name, bytes, or None."""
        for folder in self.folders:
            try:
                content = (folder / (name + SUFFIX)).read_bytes()
            except OSError:
                continue
            payload = content[_N_CHECKSUM_BYTES:]
            if hashlib.sha256(payload).digest() == content[:_N_CHECKSUM_BYTES]:
                return payload
        return None

    def write(self, name, payload):
        """Keep bytes under a name if there is a folder for them, and drop the oldest of its earlier versions.

        Parameters
        ----------
        name : str
            "kind-version": entries of one kind replace each other in the long run.
        payload : bytes
            What `read` returns.
        """
        folder = self.writable_folder()
        if folder is None:
            return
        unfinished = folder / f"{uuid.uuid4().hex}.tmp"
        try:
            unfinished.write_bytes(hashlib.sha256(payload).digest() + payload)
            unfinished.replace(folder / (name + SUFFIX))
            self._drop_old(folder, name.rpartition("-")[0])
        except OSError:  # a full disk, or Windows while another process reads the entry
            unfinished.unlink(missing_ok=True)

    def writable_folder(self):
        """Return the folder that entries are written to, or None; it is made if need be."""
        for folder in self.folders:
            try:
                folder.mkdir(parents=True, exist_ok=True)
                tempfile.TemporaryFile(dir=folder).close()
            except OSError:
                continue
            return folder
        return None

    def size(self):
        """Count the bytes of all entries."""
        return sum(path.stat().st_size for folder in self.folders for path in folder.glob("*" + SUFFIX))

    @staticmethod
    def _drop_old(folder, kind):
        versions = sorted(folder.glob(f"{kind}-*{SUFFIX}"), key=lambda path: path.stat().st_mtime)
        for path in versions[:-_N_VERSIONS_KEPT]:
            path.unlink(missing_ok=True)


@functools.cache
def of_module(name, chosen_folder, user_folder):
    """Return the cache of the package of a module.

    Parameters
    ----------
    name : str
        Name of the module, which is imported.
    chosen_folder : str
        The only place for entries, if it is not empty.
    user_folder : str
        The place for them where `__pycache__` of the package is read-only.

    Returns
    -------
    Cache or None
        None if the module comes from no file of its own: a script, a notebook.
    """
    path = getattr(sys.modules.get(name), "__file__", None)
    if name == "__main__" or path is None or not os.path.isfile(path):
        return None
    root = _package_folder(Path(path).resolve(), name.split("."))
    place = f"{root.name}_{hashlib.sha256(str(root).encode()).hexdigest()[:16]}"
    if chosen_folder:
        return Cache([Path(chosen_folder) / place])
    return Cache([root / "__pycache__", Path(user_folder) / place])


def _package_folder(path, names):
    """Return the folder of a module's outermost package, or that of a module without package."""
    n_levels = len(names) - (path.stem != "__init__")
    if 0 < n_levels <= len(path.parents) and path.parents[n_levels - 1].name == names[0]:
        return path.parents[n_levels - 1]
    return path.parent
