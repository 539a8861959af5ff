//! How to read the pictures: each shape once, with its name.

use super::escape::Markup;

/// The classes of the shapes, their paths about (12, 12), and what they stand for.
const SHAPES: [(&str, &str, &str); 15] = [
    ("sent", "M9 7l6 5l-6 5z", "request sent"),
    ("head", "M12 7l4 5l-4 5l-4 -5z", "status and headers came"),
    ("content", "M12 4v16", "a record with content, or a piece of a body"),
    ("record", "M12 7v10", "another record"),
    ("error", "M12 2v20", "a record that tells an error"),
    ("terminal", "M12 2v20m-3 0h6", "the terminal record"),
    ("unfinished", "M12 5v5m0 4v5", "a last record without its blank line"),
    ("alive", "M9.5 12a2.5 2.5 0 1 0 5 0a2.5 2.5 0 1 0 -5 0z", "a comment or a ping"),
    ("quiet", "M2 4H22V20H2z", "five seconds or more without progress"),
    ("quiet stall", "M2 4H22V20H2z", "the same, ended by a deadline"),
    ("end", "M8.5 8.5h7v7h-7z", "closed in order"),
    ("end left", "M8.5 8.5h7v7h-7z", "dropped by the subject"),
    ("end cut", "M11 4l-4 16m8 -16l-4 16", "cut short"),
    ("end late", "M7 4h10l-10 16h10z", "a deadline passed"),
    ("end broken", "M7 7l10 10m0 -10l-10 10", "refused, reset or broken"),
];

/// Draws the legend, closed.
pub(super) fn draw(m: &mut Markup) {
    m.raw("<details class=\"legend\"><summary>How to read the pictures</summary>\n");
    m.raw(
        "<p>Each lane is one request; the last one is what the caller got. The dashed line down all lanes \
           is the commit: from there on no fallback is possible. Times are nominal: in the wire world they \
           are scaled back, so that both worlds compare.</p>\n<ul>\n",
    );
    for (class, path, text) in SHAPES {
        m.tag("li", &[], |m| {
            m.tag("svg", &[("class", "waterfall"), ("viewBox", "0 0 24 24"), ("aria-hidden", "true")], |m| {
                m.leaf("path", &[("class", class), ("d", path)]);
            });
            m.words("span", "", text);
        });
        m.raw("\n");
    }
    m.raw("</ul>\n</details>\n");
}
