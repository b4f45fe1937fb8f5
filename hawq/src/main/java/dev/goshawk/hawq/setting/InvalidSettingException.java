package dev.goshawk.hawq.setting;

/** A setting that cannot have the value it was given, found before any work. */
public final class InvalidSettingException extends IllegalArgumentException implements NamesSettings {
    private static final long serialVersionUID = 1;

    private final Setting setting;
    private final String expected;
    private final String got;

    /**
     * A refusal.
     *
     * @param expected what the setting may be, with its range, such as {@code a number in [0, 1)}
     * @param got what came
     */
    public InvalidSettingException(Setting setting, String expected, Object got) {
        super(message(setting, expected, got.toString(), SettingNames.PLAIN));
        this.setting = setting;
        this.expected = expected;
        this.got = got.toString();
    }

    /** Which setting. */
    public Setting setting() {
        return setting;
    }

    /** What it may be. */
    public String expected() {
        return expected;
    }

    /** What came. */
    public String got() {
        return got;
    }

    @Override
    public String message(SettingNames names) {
        return message(setting, expected, got, names);
    }

    private static String message(Setting setting, String expected, String got, SettingNames names) {
        return names.of(setting) + ": expected " + expected + ", got " + got;
    }
}
