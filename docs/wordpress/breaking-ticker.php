<?php
/**
 * Plugin Name: Breaking Ticker
 * Description: A live banner of breaking lines: a block, and a shortcode. Its lines are in the page, before any script.
 * Version: 0.1.0
 * Requires at least: 6.1
 * Requires PHP: 7.4
 * License: MIT
 *
 * Server-side include of the service's fragment. Knows nothing of what is in it: the service escapes
 * its lines, and is trusted as one whose script runs in the page.
 */

defined( 'ABSPATH' ) || exit;

const BREAKING_TICKER_SECONDS   = 5;
const BREAKING_TICKER_TIMEOUT   = 2;
const BREAKING_TICKER_MAX_BYTES = 524288;
const BREAKING_TICKER_CHOICES   = array( 'mode', 'skin', 'theme', 'label', 'max', 'section', 'region', 'tag', 'coverage', 'urgency' );

add_action( 'init', 'breaking_ticker_register' );
add_action( 'admin_init', 'breaking_ticker_settings' );
add_action( 'admin_menu', 'breaking_ticker_menu' );

/** Block (dynamic, rendered here) and shortcode. */
function breaking_ticker_register() {
	$text       = array( 'type' => 'string', 'default' => '' );
	$attributes = array_fill_keys( array_merge( array( 'edition' ), BREAKING_TICKER_CHOICES ), $text );
	$needed     = array( 'wp-block-editor', 'wp-blocks', 'wp-components', 'wp-element', 'wp-server-side-render' );
	wp_register_script( 'breaking-ticker-block', plugins_url( 'block.js', __FILE__ ), $needed, '0.1.0', true );
	register_block_type(
		'breaking-ticker/banner',
		array(
			'api_version'     => 2,
			'title'           => __( 'Breaking Ticker', 'breaking-ticker' ),
			'category'        => 'widgets',
			'icon'            => 'megaphone',
			'attributes'      => $attributes,
			'supports'        => array( 'html' => false ),
			'editor_script'   => 'breaking-ticker-block',
			'render_callback' => 'breaking_ticker_render',
		)
	);
	add_shortcode( 'breaking-ticker', 'breaking_ticker_render' );
}

/** The banner with these choices; empty where there is none, so that a page never shows a fault of ours. */
function breaking_ticker_render( $choices ) {
	$choices = is_array( $choices ) ? array_filter( $choices, 'is_scalar' ) : array();
	$service = get_option( 'breaking_ticker_service', '' );
	$edition = empty( $choices['edition'] ) ? get_option( 'breaking_ticker_edition', '' ) : $choices['edition'];
	if ( ! $service || ! preg_match( '/^[a-z0-9]+(-[a-z0-9]+)*$/D', $edition ) ) {
		return '';
	}
	$fields = array();
	foreach ( BREAKING_TICKER_CHOICES as $name ) {
		// Several values of a filter stand with commas, as in the element.
		$several = in_array( $name, array( 'section', 'region', 'tag', 'coverage' ), true );
		$value   = (string) ( $choices[ $name ] ?? '' );
		foreach ( $several ? explode( ',', $value ) : array( $value ) as $one ) {
			if ( '' !== trim( $one ) ) {
				$fields[] = $name . '=' . rawurlencode( trim( $one ) );
			}
		}
	}
	$query = $fields ? '?' . implode( '&', $fields ) : '';
	return breaking_ticker_fetch( $service . '/embed/' . $edition . '.fragment' . $query );
}

/** Cached for seconds, also that there was nothing: a service that is away must not slow each page. */
function breaking_ticker_fetch( $url ) {
	$key  = 'breaking_ticker_' . md5( $url );
	$kept = get_transient( $key );
	if ( is_string( $kept ) ) {
		return $kept;
	}
	$asked  = array(
		'timeout'             => BREAKING_TICKER_TIMEOUT,
		'redirection'         => 0,
		'limit_response_size' => BREAKING_TICKER_MAX_BYTES,
	);
	$answer = wp_remote_get( $url, $asked );
	$good   = ! is_wp_error( $answer ) && 200 === wp_remote_retrieve_response_code( $answer );
	$html   = $good ? wp_remote_retrieve_body( $answer ) : '';
	// What was cut off would leave its elements open.
	if ( '</breaking-ticker>' !== substr( rtrim( $html ), -18 ) ) {
		$html = '';
	}
	// Shortcodes are looked for in what a block has made: a line must not be one.
	$html = str_replace( array( '[', ']' ), array( '&#91;', '&#93;' ), $html );
	set_transient( $key, $html, BREAKING_TICKER_SECONDS );
	return $html;
}

/** Which service, and which edition where a block names none. */
function breaking_ticker_settings() {
	register_setting( 'breaking_ticker', 'breaking_ticker_service', array( 'sanitize_callback' => 'breaking_ticker_address' ) );
	register_setting( 'breaking_ticker', 'breaking_ticker_edition', array( 'sanitize_callback' => 'sanitize_title' ) );
	add_settings_section( 'main', '', '__return_null', 'breaking_ticker' );
	foreach ( array(
		'service' => __( 'Address of the service', 'breaking-ticker' ),
		'edition' => __( 'Edition', 'breaking-ticker' ),
	) as $name => $label ) {
		$id   = 'breaking_ticker_' . $name;
		$args = array( 'id' => $id, 'label_for' => $id, 'type' => 'service' === $name ? 'url' : 'text' );
		add_settings_field( $id, $label, 'breaking_ticker_field', 'breaking_ticker', 'main', $args );
	}
}

function breaking_ticker_address( $given ) {
	return rtrim( esc_url_raw( $given, array( 'https', 'http' ) ), '/' );
}

function breaking_ticker_field( $args ) {
	printf(
		'<input id="%1$s" name="%1$s" type="%2$s" class="regular-text" value="%3$s">',
		esc_attr( $args['id'] ),
		esc_attr( $args['type'] ),
		esc_attr( get_option( $args['id'], '' ) )
	);
}

function breaking_ticker_menu() {
	$title = __( 'Breaking Ticker', 'breaking-ticker' );
	add_options_page( $title, $title, 'manage_options', 'breaking_ticker', 'breaking_ticker_page' );
}

function breaking_ticker_page() {
	printf( '<div class="wrap"><h1>%s</h1><form action="options.php" method="post">', esc_html__( 'Breaking Ticker', 'breaking-ticker' ) );
	settings_fields( 'breaking_ticker' );
	do_settings_sections( 'breaking_ticker' );
	submit_button();
	echo '</form></div>';
}
