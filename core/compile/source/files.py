"""Functions of exported code that read and write weights; they need numpy and jax alone."""

from __future__ import annotations

READING = '''
def named_weights(model: nnx.Module) -> dict[str, nnx.Variable]:
    """Weights and the averages that layers keep, by dotted names such as ``dense.kernel``."""
    found = {}
    for path, variable in nnx.to_flat_state(nnx.state(model)):
        if jnp.issubdtype(variable[...].dtype, jnp.floating):
            found[".".join(map(str, path))] = variable
    return found


def load_weights(model: nnx.Module, path: str) -> None:
    """Give a model the weights of a safetensors file. Raises ValueError where one does not fit."""
    with open(path, "rb") as file:
        header = json.loads(file.read(int.from_bytes(file.read(8), "little")))
        data = file.read()
    for name, variable in named_weights(model).items():
        if name not in header:
            raise ValueError(f"{path} has no {name}")
        start, end = header[name]["data_offsets"]
        dtype = {"F64": "<f8", "F32": "<f4", "F16": "<f2"}[header[name]["dtype"]]
        values = np.frombuffer(data[start:end], dtype).reshape(header[name]["shape"])
        if values.shape != variable[...].shape:
            raise ValueError(f"{path}: {name} is {values.shape}, not {variable[...].shape}")
        variable[...] = jnp.asarray(values, variable[...].dtype)


def save_weights(model: nnx.Module, path: str) -> None:
    """Write the weights of a model as a safetensors file."""
    header, parts, start = {}, [], 0
    for name, variable in named_weights(model).items():
        values = np.asarray(variable[...], "<f4")
        end = start + values.nbytes
        offsets = [start, end]
        header[name] = {"dtype": "F32", "shape": values.shape, "data_offsets": offsets}
        parts.append(values.tobytes())
        start = end
    head = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(len(head).to_bytes(8, "little") + head + b"".join(parts))
'''.strip("\n")
READING_NEEDS = ("jnp", "np", "json", "nnx")
