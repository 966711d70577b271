/**
 * JSON over HTTP/1.1 for a handful of resources, on Jetty. Whatever clients send or fail to send, there is a bound on
 * the connections, memory and time that they take, other clients are served meanwhile, and every answer is JSON.
 */
package herald.http;
