package dev.goshawk.hawq.setting;

/** What a front end calls settings, for messages to its users. */
@FunctionalInterface
public interface SettingNames {
    /** The words that the library's own messages use. */
    SettingNames PLAIN = Setting::words;

    /** The name of a setting. */
    String of(Setting setting);
}
