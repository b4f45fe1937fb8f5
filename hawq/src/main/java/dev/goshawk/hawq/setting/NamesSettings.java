package dev.goshawk.hawq.setting;

/** A failure whose message speaks of settings. {@link Throwable#getMessage()} calls them by {@link SettingNames#PLAIN}. */
public interface NamesSettings {
    /** The message, one line, with the settings under these names. */
    String message(SettingNames names);
}
