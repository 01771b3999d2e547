"""The first load from our emulator: `./run bench first_load_emulator:100000:100000:1000000`.

The emulator shares the machine with us, so this measures both; see `bench/first_load.py`.
"""

from bench.first_load import SIZES, measure


async def main(url: str, *sizes: int) -> None:
    await measure(url, "bench.emulated_crm", sizes or SIZES)
