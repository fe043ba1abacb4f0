"""Files from npm packages that the pages serve, each named by hand: address under /static/ -> file.

Note [Named files]: whole packages hold hundreds of files; compressing them all took 25 s, these take one.
The split WOFF2 files are for the browser (it loads only the letters a page needs). The full TTF files are for PDFs:
WeasyPrint prints wrong Vietnamese names from split fonts.
"""

_WEIGHTS = {"be-vietnam-pro": (400, 600, 700), "bricolage-grotesque": (800,)}
_LETTERS = ("latin", "latin-ext", "vietnamese")

NPM_FILES = {
    "vendor/pico/pico.min.css": "node_modules/@picocss/pico/css/pico.min.css",
    "vendor/htmx/htmx.min.js": "node_modules/htmx.org/dist/htmx.min.js",
    **{
        f"vendor/fonts/{family}-{letters}-{weight}.woff2": (
            f"node_modules/@fontsource/{family}/files/{family}-{letters}-{weight}-normal.woff2"
        )
        for family, weights in _WEIGHTS.items()
        for weight in weights
        for letters in _LETTERS
    },
    "vendor/fonts/BeVietnamPro-400.ttf": (
        "node_modules/@expo-google-fonts/be-vietnam-pro/400Regular/BeVietnamPro_400Regular.ttf"
    ),
    "vendor/fonts/BeVietnamPro-600.ttf": (
        "node_modules/@expo-google-fonts/be-vietnam-pro/600SemiBold/BeVietnamPro_600SemiBold.ttf"
    ),
    "vendor/fonts/BeVietnamPro-700.ttf": (
        "node_modules/@expo-google-fonts/be-vietnam-pro/700Bold/BeVietnamPro_700Bold.ttf"
    ),
    "vendor/fonts/BricolageGrotesque-800.ttf": (
        "node_modules/@expo-google-fonts/bricolage-grotesque/800ExtraBold/BricolageGrotesque_800ExtraBold.ttf"
    ),
}
