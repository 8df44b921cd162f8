"""Where pictures come from: a URL in, an open PyAV container out, with the options that keep a live picture fresh."""

import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import av
from av.codec.context import Flags
from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from edge.config import Decoder
from wire.errors import UserError

SOFTWARE = "Check its driver and device, or leave `decoder` out of the camera's config"
_LIVE = {"flags": "low_delay", "probesize": "200000", "analyzeduration": "500000"}
"""Half a second of probing; what was probed is kept, as with `nobuffer` the first picture came 0.9 s later."""
_SCHEMES: dict[str, tuple[str | None, dict[str, str]]] = {
    "rtsp": (None, {**_LIVE, "rtsp_transport": "tcp"}),
    "rtsps": (None, {**_LIVE, "rtsp_transport": "tcp"}),
    "http": (None, _LIVE),
    "https": (None, _LIVE),
    "tcp": ("mpegts", _LIVE),
    "udp": ("mpegts", _LIVE),
    "v4l2": ("v4l2", {}),
}
"""Scheme -> (format where it can't be probed, options)."""

Decode = Callable[["Packet[VideoStream]"], list[VideoFrame]]


@dataclass(frozen=True)
class Address:
    """`live`: frames arrive by themselves; else a clip, which waits for its reader."""

    url: str
    scheme: str

    @property
    def live(self) -> bool:
        return self.scheme != "file"

    @property
    def shown(self) -> str:
        """For logs and errors: without the user and the password that cameras carry in their URLs."""
        if self.scheme in ("file", "v4l2"):
            return self.url
        parts = urlsplit(self.url)
        return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def parse_address(url: str) -> Address:
    """A path, /dev/videoN or a URL. Raises UserError for a scheme that can't be read or a file that is not there."""
    scheme = urlsplit(url).scheme if "://" in url else ""
    if scheme:
        if scheme not in _SCHEMES:
            raise UserError(f"no such kind of stream: {scheme}://", where=url, remedy="Use rtsp, http(s) or tcp")
        return Address(url, scheme)
    path = Path(url)
    try:
        device = stat.S_ISCHR(path.stat().st_mode)
    except OSError as error:
        raise UserError(f"cannot open ({error.strerror})", where=url, remedy="Check the path") from error
    if path.is_dir():
        raise UserError("this is a folder, not a picture or video", where=url, remedy="Name the files in it")
    return Address(url, "v4l2" if device else "file")


def open_source(address: Address, *, open_s: float, read_s: float) -> InputContainer:
    """The container with its video stream. Raises UserError (one line, no credentials) where there is none.

    Later reads raise av.error.ExitError after `read_s` seconds without data.
    """
    form, options = _SCHEMES.get(address.scheme, (None, {}))
    extra: dict[str, Any] = {"format": form} if form else {}
    try:
        container: InputContainer = av.open(address.url, options=dict(options), timeout=(open_s, read_s), **extra)
    except (av.FFmpegError, OSError, ValueError) as error:
        raise _explained(address, error) from error
    # A format that FFmpeg knows but has no decoder for (SVG) is a video stream without a codec context.
    if not container.streams.video or container.streams.video[0].codec_context is None:
        container.close()
        raise UserError("neither a picture nor a video", where=address.shown)
    return container


def prepare(container: InputContainer, *, live: bool) -> VideoStream:
    """The first video stream, decoded on one thread: frame threads delay each frame by the number of threads."""
    stream = container.streams.video[0]
    stream.codec_context.thread_count = 1
    if live:
        stream.codec_context.flags |= Flags.low_delay
    return stream


def decode_with(kind: Decoder, stream: VideoStream) -> Decode:
    """What makes pictures of the stream's packets. Raises UserError where that hardware decoder can't be had."""
    if kind == "software":
        return lambda packet: packet.decode()
    return named_decoder(f"{stream.codec_context.name}_{kind}", stream)


def named_decoder(name: str, stream: VideoStream) -> Decode:
    """FFmpeg's decoder of that name. Raises UserError where FFmpeg has none, or it finds no hardware."""
    known = stream.codec_context
    try:
        context: Any = av.CodecContext.create(name, "r")
        context.extradata, context.width, context.height = known.extradata, known.width, known.height
        context.open()
    except av.codec.codec.UnknownCodecError as error:
        raise UserError("FFmpeg has no such decoder here", where=name, remedy=SOFTWARE) from error
    except (av.FFmpegError, OSError, ValueError) as error:
        what = getattr(error, "strerror", None) or str(error)
        raise UserError(f"the hardware decoder does not start ({what})", where=name, remedy=SOFTWARE) from error
    return lambda packet: list(context.decode(packet))


def _explained(address: Address, error: Exception) -> UserError:
    what = getattr(error, "strerror", None) or str(error)
    if isinstance(error, av.error.ExitError):
        what = "no answer in time"
    if isinstance(error, av.error.InvalidDataError):
        what = "neither a picture nor a video that can be read"
    remedy = "Check the address, and that the camera is on" if address.live else "Check the file"
    return UserError(f"cannot open ({what})", where=address.shown, remedy=remedy)
