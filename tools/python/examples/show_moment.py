#!/usr/bin/python3
"""Shows what all cameras of a session saw at one instant, above the curve of a
sensor, and saves it as a picture:

    show_moment.py Data --session trial-07 --sensor sensor/room/climate \
        --key temperature_c --time "2026-11-30 14:03:07" --out moment.png

Needs python3-pandas and python3-matplotlib, and none of camnode's programs.
"""

import argparse
import pathlib
import sys

import matplotlib
matplotlib.use("Agg") # Into a file, without a display.
import matplotlib.pyplot as plt
import pandas as pd

# From the source tree. Where camnode is installed with pip, this line can go.
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import camnode


def draw(session, time, sensor, key):
    """One figure: a picture for each camera, and below them the curve."""
    near = session.at(time)
    figure = plt.figure(figsize=(4 * max(2, len(near)), 6),
                        layout="constrained")
    top, bottom = figure.subfigures(2, height_ratios=[3, 2])
    for axes, frame in zip(top.subplots(1, len(near), squeeze=False)[0],
                           near.values()):
        axes.imshow(session.image(frame.camera, frame.n))
        bound = "?" if frame.error_ns is None else f"{frame.error_ns / 1e6:.2f}"
        axes.set_title(f"{frame.camera}, frame {frame.n}\n"
                       f"{frame.dt_ns / 1e6:+.1f} ms ± {bound} ms")
        axes.axis("off")
    axes = bottom.subplots()
    values = session.sensors(sensor)[key].dropna()
    axes.plot(values.index, values.to_numpy(float), marker=".")
    axes.axvline(time, color="red")
    axes.set_ylabel(f"{sensor}: {key}")
    axes.set_xlabel(f"{session.label or session.path.stem}; UTC, and in red "
                    f"{time:%Y-%m-%d %H:%M:%S.%f}")
    for gap in session.losses().itertuples():
        if gap.kind == "absence": # A time without a frame.
            axes.axvspan(gap.from_time, session.stop if pd.isna(gap.to_time)
                         else gap.to_time, alpha=0.2)
    return figure


def main():
    parser = argparse.ArgumentParser(
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=pathlib.Path, help="the data folder")
    parser.add_argument("--session", help="its label or start in ms")
    parser.add_argument("--sensor", required=True, help="its topic")
    parser.add_argument("--key", required=True, help="its column")
    parser.add_argument("--time", help="UTC; the middle of the session if not "
                                       "given")
    parser.add_argument("--out", type=pathlib.Path, default="moment.png")
    options = parser.parse_args()
    try:
        session = camnode.open(options.data, options.session)
        frames = session.frames(min(session.cameras))
        time = pd.Timestamp(options.time, tz="UTC") if options.time \
            else frames.time[len(frames) // 2]
        draw(session, time, options.sensor, options.key) \
            .savefig(options.out, dpi=100)
    except camnode.Error as error:
        sys.exit(f"show_moment: {error}")
    print(options.out)


if __name__ == "__main__":
    main()
