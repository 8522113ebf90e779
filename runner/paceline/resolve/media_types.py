"""The media type of a file by the end of its name.

A table of our own: Python's `mimetypes` reads whatever tables the machine has, so the same upload would go out
differently on two of them. The types are those Newman sends (mime-types 2.1.35), for the kinds of files people upload.
"""

from __future__ import annotations

from functools import cache

# A media type (https://www.iana.org/assignments/media-types/ or in common use) and the extensions it stands for.
_TABLE = """
application/atom+xml atom
application/dash+xml mpd
application/epub+zip epub
application/geo+json geojson
application/gpx+xml gpx
application/gzip gz
application/java-archive jar war ear
application/java-vm class
application/javascript js mjs
application/json json map
application/json5 json5
application/ld+json jsonld
application/manifest+json webmanifest
application/msword doc dot
application/ogg ogx
application/pdf pdf
application/pgp-encrypted pgp
application/pgp-keys asc
application/pgp-signature sig
application/pkcs7-mime p7m p7c
application/pkcs7-signature p7s
application/pkix-cert cer
application/pkix-crl crl
application/postscript ps eps ai
application/rdf+xml rdf
application/rss+xml rss
application/rtf rtf
application/toml toml
application/vnd.amazon.ebook azw
application/vnd.android.package-archive apk
application/vnd.apple.keynote key
application/vnd.apple.mpegurl m3u8
application/vnd.apple.numbers numbers
application/vnd.apple.pages pages
application/vnd.google-earth.kml+xml kml
application/vnd.google-earth.kmz kmz
application/vnd.hal+xml hal
application/vnd.ms-excel xls xlt
application/vnd.ms-excel.sheet.binary.macroenabled.12 xlsb
application/vnd.ms-excel.sheet.macroenabled.12 xlsm
application/vnd.ms-fontobject eot
application/vnd.ms-outlook msg
application/vnd.ms-powerpoint ppt pps pot
application/vnd.ms-powerpoint.presentation.macroenabled.12 pptm
application/vnd.ms-word.document.macroenabled.12 docm
application/vnd.oasis.opendocument.graphics odg
application/vnd.oasis.opendocument.presentation odp
application/vnd.oasis.opendocument.spreadsheet ods
application/vnd.oasis.opendocument.text odt
application/vnd.openxmlformats-officedocument.presentationml.presentation pptx
application/vnd.openxmlformats-officedocument.presentationml.slideshow ppsx
application/vnd.openxmlformats-officedocument.spreadsheetml.sheet xlsx
application/vnd.openxmlformats-officedocument.spreadsheetml.template xltx
application/vnd.openxmlformats-officedocument.wordprocessingml.document docx
application/vnd.openxmlformats-officedocument.wordprocessingml.template dotx
application/vnd.rar rar
application/vnd.tcpdump.pcap pcap
application/wasm wasm
application/wsdl+xml wsdl
application/x-7z-compressed 7z
application/x-apple-diskimage dmg
application/x-bittorrent torrent
application/x-bzip2 bz2
application/x-csh csh
application/x-debian-package deb
application/x-httpd-php php
application/x-iso9660-image iso
application/x-mobipocket-ebook mobi
application/x-msdos-program exe
application/x-msdownload bat dll msi com
application/x-netcdf nc
application/x-perl pl
application/x-pkcs12 p12 pfx
application/x-pkcs7-certificates p7b
application/x-redhat-package-manager rpm
application/x-sh sh
application/x-shockwave-flash swf
application/x-sql sql
application/x-subrip srt
application/x-tar tar
application/x-tex tex
application/x-x509-ca-cert pem crt der
application/x-xz xz
application/xhtml+xml xhtml
application/xml xml xsl xsd rng
application/xml-dtd dtd
application/xslt+xml xslt
application/zip zip
audio/midi mid midi
audio/mp4 m4a
audio/mpeg mp3
audio/ogg ogg oga opus
audio/wave wav
audio/webm weba
audio/x-aac aac
audio/x-aiff aif aiff
audio/x-flac flac
audio/x-mpegurl m3u
audio/x-ms-wma wma
font/collection ttc
font/otf otf
font/ttf ttf
font/woff woff
font/woff2 woff2
image/apng apng
image/avif avif
image/bmp bmp
image/gif gif
image/heic heic
image/heif heif
image/jp2 jp2
image/jpeg jpg jpeg jpe
image/png png
image/svg+xml svg svgz
image/tiff tif tiff
image/vnd.adobe.photoshop psd
image/vnd.dwg dwg
image/vnd.dxf dxf
image/vnd.microsoft.icon ico
image/webp webp
message/rfc822 eml
model/3mf 3mf
model/gltf+json gltf
model/gltf-binary glb
model/mtl mtl
model/obj obj
model/stl stl
model/vnd.usdz+zip usdz
text/calendar ics
text/coffeescript coffee
text/css css
text/csv csv
text/html html htm
text/jsx jsx
text/less less
text/markdown md markdown
text/plain txt text log ini conf
text/tab-separated-values tsv
text/vcard vcard
text/vtt vtt
text/x-c c h cpp
text/x-handlebars-template hbs
text/x-java-source java
text/x-lua lua
text/x-sass sass
text/x-scss scss
text/x-vcard vcf
text/yaml yaml yml
video/3gpp 3gp
video/3gpp2 3g2
video/mp2t ts
video/mp4 mp4
video/mpeg mpg mpeg
video/ogg ogv
video/quicktime mov qt
video/webm webm
video/x-flv flv
video/x-m4v m4v
video/x-matroska mkv
video/x-ms-wmv wmv
video/x-msvideo avi
"""


def media_type(name: str) -> str | None:
    """The media type for a file of this name, in lower case; None when the name does not tell.

    >>> media_type("Report.PDF"), media_type("Makefile")
    ('application/pdf', None)
    """
    stem, _, extension = name.rpartition(".")
    return _by_extension().get(extension.lower()) if stem else None


@cache
def _by_extension() -> dict[str, str]:
    rows = (line.split() for line in _TABLE.strip().splitlines())
    return {extension: type_ for type_, *extensions in rows for extension in extensions}
