"""PDFs for the tests: flowing documents and single lines at given places, by reportlab, the same bytes every time."""

import io

from reportlab.lib.pdfencrypt import StandardEncryption
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BalancedColumns,
    BaseDocTemplate,
    Frame,
    ListFlowable,
    ListItem,
    PageTemplate,
    Paragraph,
    Spacer,
    Table,
)

BODY = ParagraphStyle("body", fontName="Times-Roman", fontSize=11, leading=13.5, spaceAfter=7)
JUSTIFIED = ParagraphStyle("justified", parent=BODY, alignment=4)
HEADINGS = {
    1: ParagraphStyle("h1", fontName="Helvetica-Bold", fontSize=22, leading=26, spaceAfter=12),
    2: ParagraphStyle("h2", fontName="Helvetica-Bold", fontSize=15, leading=18, spaceBefore=8, spaceAfter=6),
    3: ParagraphStyle("h3", fontName="Times-Bold", fontSize=11, leading=13.5, spaceBefore=4, spaceAfter=3),
}


def flowing(*content, running=None, title="", columns=1, **canvas):
    """A document of Flowables.

    :param running: called with (canvas, page number) on every page: headers and footers.
    """
    out = io.BytesIO()
    document = BaseDocTemplate(out, pagesize=(595, 842), title=title, invariant=1, **canvas)
    width = (595 - 144 - 24 * (columns - 1)) / columns
    frames = [Frame(72 + n * (width + 24), 72, width, 698, 0, 0, 0, 0, id=f"f{n}") for n in range(columns)]

    def draw(canvas, document):
        if running:
            running(canvas, canvas.getPageNumber())

    document.addPageTemplates(PageTemplate(frames=frames, onPage=draw))
    document.build(list(content))
    return out.getvalue()


def placed(*pages, font="Helvetica", title="", password="", lang=""):
    """Pages of lines (x, y from the bottom, text) or (x, y, text, font, size)."""
    out = io.BytesIO()
    encryption = StandardEncryption(password, ownerPassword="owner", canPrint=0) if password else None
    canvas = Canvas(out, pagesize=(595, 842), invariant=1, encrypt=encryption)
    canvas.setTitle(title)
    if lang:
        canvas.setCatalogEntry("Lang", lang)
    for page in pages:
        for x, y, text, *style in page:
            canvas.setFont(*(style or (font, 10)))
            canvas.drawString(x, y, text)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def heading(level, text):
    return Paragraph(text, HEADINGS[level])


def paragraph(text, style=BODY):
    return Paragraph(text, style)


def items(*entries, numbered=False, start="•"):
    """A list; an entry may be (text, sublist)."""
    parts = [entry if isinstance(entry, tuple) else (entry,) for entry in entries]
    flowables = [ListItem([Paragraph(part[0], BODY), *part[1:]]) for part in parts]
    kind = {"bulletType": "1", "bulletFormat": "%s."} if numbered else {"bulletType": "bullet", "start": start}
    return ListFlowable(flowables, leftIndent=18, bulletFontSize=11, **kind)


def table(*rows, widths=None, header=True):
    cells = [[Paragraph(f"<b>{c}</b>" if header and not n else c, BODY) for c in row] for n, row in enumerate(rows)]
    return Table(
        cells, colWidths=widths, style=[("VALIGN", (0, 0), (-1, -1), "TOP"), ("BOTTOMPADDING", (0, 0), (-1, -1), 6)]
    )


def balanced(*content):
    return BalancedColumns(list(content), nCols=2, innerPadding=20)


def space(points):
    return Spacer(1, points)


def raw(objects, root=1):
    """A PDF of these objects, numbered from 1, as they are."""
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    size = len(objects) + 1
    trailer = b"trailer<</Root %d 0 R/Size %d>>\nstartxref\n%d\n%%%%EOF" % (root, size, len(out))
    return out + b"xref\n0 %d\n0000000000 65535 f \n" % size + table + trailer
