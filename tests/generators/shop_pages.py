"""One shop's privacy policy, as a page and as others read it: what tests of imports put into their repositories."""

PAGE = """<!DOCTYPE html><html lang=en><head><meta charset=utf-8><title>Privacy policy</title></head><body>
<nav><ul><li><a href=/>Home</a><li><a href=/cart>Cart</a></ul></nav><main><h1>Privacy policy</h1>
<p>We take your privacy seriously. This privacy policy says which personal data we collect when you use our shop, why we
process it, and which rights you have. {extra}</p>
<h2>What we collect</h2><p>We collect your name, your e-mail address and your postal address when you order something, and
the IP address of your device. We share personal data with carriers that deliver your order. We never sell it.</p>
<h2>Your rights</h2><p>You have the right to access, rectify and erase your personal data. Write to privacy@shop.example.</p>
</main><footer>Page served in {number} ms. Copyright Shop</footer></body></html>"""
TEXT = "Privacy policy\n==\n\nWe take your [privacy]({link}) seriously. {extra}\n"
WORDS = ["Cookies are used.", "We keep data for two years.", "Ask us anything.", "Our auditor is Grant and Sons."]


def page(extra="", number=0):
    return PAGE.format(extra=extra, number=number).encode()


def text(extra="", link="/a"):
    return TEXT.format(extra=extra, link=link)
