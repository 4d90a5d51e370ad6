"""Other sites: the banner as a script, as a frame and by oEmbed, and the page that builds it."""
