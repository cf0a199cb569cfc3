"""The hall's voice: a call becomes a sentence, and the sentence a sound, from recorded clips or by espeak-ng."""
