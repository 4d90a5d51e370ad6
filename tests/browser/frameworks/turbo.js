/** Turbo, which takes the next page's body instead of the page. */
import "@hotwired/turbo";
