"""The README's picture of the page: a caption typed, a pair pinned. python3 picture.py PAGE.html PICTURE.png"""
import os
import sys
import time

from browser import Browser

page, out = sys.argv[1:]
browser = Browser()
try:
    browser.open("file://" + os.path.abspath(page))
    browser.evaluate("""(() => { document.getElementById('caption').value = 'He has gray hair and eyeglasses.';
      document.getElementById('type').requestSubmit(); })()""")
    browser.wait("explorer.map.mark")
    time.sleep(1)
    browser.picture(out)
    try:   # with Pillow at hand, 256 colours: a third of the size
        from PIL import Image

        Image.open(out).convert("RGB").quantize(256, dither=Image.Dither.NONE).save(out, optimize=True)
    except ImportError:
        pass
finally:
    browser.close()
