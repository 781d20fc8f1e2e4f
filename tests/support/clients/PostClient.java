import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/**
 * One request by a client with its defaults, which offers h2c with it.
 *
 * <p>In: GET or POST, a URL, and the body on stdin. Out: the version and the status on stderr, the
 * body of the response on stdout.
 */
class PostClient {
    public static void main(String[] arguments) throws Exception {
        byte[] body = System.in.readAllBytes();
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(arguments[1]))
                        .timeout(Duration.ofSeconds(20))
                        .method(
                                arguments[0],
                                arguments[0].equals("POST")
                                        ? BodyPublishers.ofByteArray(body)
                                        : BodyPublishers.noBody())
                        .build();
        HttpResponse<byte[]> response =
                HttpClient.newHttpClient().send(request, BodyHandlers.ofByteArray());
        System.err.println(response.version() + " " + response.statusCode());
        System.out.write(response.body());
        System.out.flush();
    }
}
