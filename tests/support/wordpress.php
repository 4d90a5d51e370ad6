<?php
// What the plugin uses of WordPress, as little of it as that takes; HTTP is real. Runs what it is told
// on standard input, one render after the other, and answers with what came of each.

define( 'ABSPATH', '/' );

$told     = json_decode( stream_get_contents( STDIN ), true );
$kept     = array();
$made     = array( 'html' => array(), 'asked' => 0, 'lasts' => array() );
$begun    = array();
$callback = null;

function add_action( $name, $what ) {
	global $begun;
	$begun[ $name ] = $what;
}

function add_shortcode( $name, $what ) {
	global $callback;
	$callback = $what;
}

function get_option( $name, $otherwise ) {
	global $told;
	return $told['options'][ $name ] ?? $otherwise;
}

function get_transient( $name ) {
	global $kept;
	return $kept[ $name ] ?? false;
}

function set_transient( $name, $value, $seconds ) {
	global $kept, $made;
	$kept[ $name ]   = $value;
	$made['lasts'][] = $seconds;
}

function wp_remote_get( $url, $how ) {
	global $made;
	++$made['asked'];
	$stream = stream_context_create( array( 'http' => array( 'timeout' => $how['timeout'], 'ignore_errors' => true ) ) );
	$body   = @file_get_contents( $url, false, $stream );
	return false === $body ? null : array( 'body' => $body, 'code' => (int) explode( ' ', $http_response_header[0] )[1] );
}

function is_wp_error( $answer ) {
	return null === $answer;
}

function wp_remote_retrieve_response_code( $answer ) {
	return $answer['code'];
}

function wp_remote_retrieve_body( $answer ) {
	return $answer['body'];
}

function register_block_type( $name, $with ) {
	global $made;
	$made['attributes'] = array_keys( $with['attributes'] );
	$made['renders']    = $with['render_callback'];
}

function wp_register_script() {
}

function plugins_url( $path ) {
	return $path;
}

function __( $text ) {
	return $text;
}

function esc_attr( $text ) {
	return htmlspecialchars( $text, ENT_QUOTES );
}

require $argv[1];

$begun['init']();
foreach ( $told['renders'] as $choices ) {
	$made['html'][] = $callback( $choices );
}
ob_start();
breaking_ticker_field( array( 'id' => 'breaking_ticker_service', 'type' => 'url' ) );
$made['field'] = ob_get_clean();
echo json_encode( $made );
