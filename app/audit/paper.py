"""A checkpoint on paper: one page to print, with a QR code that holds the checkpoint itself."""

from __future__ import annotations

from html import escape

from app.audit.anchoring import script_sha256
from app.audit.checkpoint import Signer
from app.audit.models import Checkpoint
from app.core import clock


def qr_picture(text: str) -> str:
    """A QR code (ISO/IEC 18004, medium correction) as an address of data: no file, no script."""
    import segno  # few commands and pages need it

    return str(segno.make(text, error="m", micro=False).svg_data_uri(scale=4, border=4, light="white"))


def printed_page(checkpoint: Checkpoint, signer: Signer) -> str:
    """A whole page of HTML that needs nothing besides."""
    keys = "".join(f"<p><code>{escape(key)}</code></p>" for key in signer.vkeys())
    return f"""<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Audit checkpoint {checkpoint.size}</title>
<style>body {{ font: 11pt sans-serif; margin: 2cm }} pre, code {{ font-size: 9pt; overflow-wrap: anywhere }}</style>
<h1>Audit checkpoint</h1>
<p>{escape(signer.origin)}: {checkpoint.size} events, {clock.iso(checkpoint.at)}</p>
<pre>{escape(checkpoint.note)}</pre>
<img src="{qr_picture(checkpoint.note)}" alt="QR code of the checkpoint above">
<p>Signed by hand: ______________________________ Date: ______________</p>
<p>To check the log against this page, scan the code into <code>checkpoint.txt</code> and run
<code>python verify.py FOLDER --checkpoint checkpoint.txt</code>.
<code>verify.py</code> has the SHA-256 <code>{script_sha256()}</code>.</p>
<h2>Keys of the log</h2>
{keys}
</html>
"""
