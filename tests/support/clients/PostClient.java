import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;

/**
 * Requests by a client with its defaults, which offers h2c with each and keeps its connection.
 *
 * <p>In: GET or POST, a URL, how many requests (1), and the body on stdin. Out: for each the version
 * and the status on stderr, and the body of the last response on stdout.
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
        int count = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 1;
        HttpClient client = HttpClient.newHttpClient();
        HttpResponse<byte[]> response = null;
        for (int number = 0; number < count; number++) {
            response = client.send(request, BodyHandlers.ofByteArray());
            System.err.println(response.version() + " " + response.statusCode());
        }
        System.out.write(response.body());
        System.out.flush();
    }
}
