package dev.goshawk.files;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class PrintableTest {
    @Test
    void showsWhatCannotBeSeen() {
        assertEquals("a?b?c", Printable.name("a\nb\u2028c"));
        assertEquals("\\uFEFFa\\u00A0b c\\u200B", Printable.line("\uFEFFa\u00A0b c\u200B"));
        assertEquals("grün 猫", Printable.shown("grün 猫"));
        assertEquals("x".repeat(120) + "...", Printable.shown("x".repeat(121)));
    }
}
