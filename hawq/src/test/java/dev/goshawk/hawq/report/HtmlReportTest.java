package dev.goshawk.hawq.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class HtmlReportTest {
    /** The page is strict enough that an XML parser reads it, once its void elements and doctype are set aside. */
    private static Document parse(String html) throws Exception {
        String xml = html.replace("<!DOCTYPE html>", "").replaceAll("<meta ([^>]*)>", "<meta $1/>");
        return DocumentBuilderFactory.newInstance().newDocumentBuilder().parse(new InputSource(new StringReader(xml)));
    }

    @Test
    void wholeRunIsWellFormedAndComplete(@TempDir Path folder) throws Exception {
        RunReport report = SampleReport.resnet20();
        Path file = folder.resolve("report.html");
        HtmlReport.write(file, report);
        String html = Files.readString(file);
        Document page = parse(html);
        assertEquals(6, page.getElementsByTagName("figure").getLength());
        String text = page.getDocumentElement().getTextContent();
        for (RunReport.BlockRow block : report.blocks()) {
            // four figures, the table and the stage names of two charts
            assertTrue(text.split(Pattern.quote(block.name()), -1).length - 1 >= 7, block.name());
        }
        assertTrue(text.contains("87.31 %") && text.contains("0.73 points below the float model"));
        assertTrue(text.contains(report.command()) && text.contains("eigenvalue 0, split 1"));
        assertTrue(text.contains("92.22") && text.contains("paper, quoted from a review"));
        assertTrue(text.contains("the residual did not reach the tolerance"));
        assertEquals(1, html.split("class=\"dot hollow\"", -1).length - 1, "one eigenvalue is negative");
    }

    @Test
    void searchesHaveFiguresOfTheirOwn() throws Exception {
        RunReport report = SampleReport.searched();
        Document page = parse(HtmlReport.render(report));
        assertEquals(8, page.getElementsByTagName("figure").getLength());
        String text = page.getDocumentElement().getTextContent();
        assertTrue(text.contains("layer1.0, 2 bits: 50.00 %") && text.contains("layer1.0, 7 bits: 1.00 %"), text);
        assertTrue(text.contains("DNAS, 15 epochs over 45,000 training images, decided by 9,000, gamma 4; 612.0 s"),
                text);
        assertTrue(text.contains("HAQ, 60 episodes over 5,000 training images, decided by 5,000; 900.0 s"), text);
        assertTrue(text.contains("HAQ: rewards") && text.contains("episodes"), text);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void fetchesNothing(boolean full) throws Exception {
        Document page = parse(HtmlReport.render(full ? SampleReport.resnet20() : SampleReport.bare()));
        NodeList all = page.getElementsByTagName("*");
        for (int i = 0; i < all.getLength(); i++) {
            Element e = (Element) all.item(i);
            assertFalse(e.hasAttribute("src") || e.hasAttribute("href"), e.getTagName());
            assertFalse(e.getTagName().equals("script") || e.getTagName().equals("link"), e.getTagName());
        }
        String style = page.getElementsByTagName("style").item(0).getTextContent();
        assertFalse(style.contains("url(") || style.contains("@import"));
    }

    @Test
    void textNeverBecomesMarkup() throws Exception {
        String html = HtmlReport.render(SampleReport.bare());
        assertFalse(html.contains("<script"));
        assertTrue(html.contains("&lt;/style&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot;&amp;"));
        assertTrue(parse(html).getElementsByTagName("figure").getLength() == 3, "weights, accuracy and loss");
    }

    @Test
    void coordinatesAreFinite() {
        assertFalse(Pattern.compile("(cx|cy|x1|x2|y1|y2|d)=\"[^\"]*(NaN|Inf)")
                .matcher(HtmlReport.render(SampleReport.resnet20()) + HtmlReport.render(SampleReport.bare())).find());
    }
}
